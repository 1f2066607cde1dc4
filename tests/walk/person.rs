//! Someone who walks through the wizard: gives answers, presses keys, and plays the servers by handing in
//! reports. Screens and effects are asserted by the tests.

use std::time::Duration;

use smtp_oauth::{
    account::draft::Draft,
    entra::wire::{Answer, Method},
    language::{Language, Texts},
    network::NetworkFailure,
    secret::Secret,
    smtp::{Conversation, Ending, Line, Reply, Side, Stage, StageResult, TlsFacts},
    wizard::{
        Given, Model,
        effect::{Beside, Effect, Report, Ticket},
        message::Message,
        screen::{Act, Block, Input, Key, Screen},
    },
};

pub const TENANT: &str = "8d2c0000-1111-2222-3333-0123456789ab";
pub const CLIENT: &str = "0f000000-0000-4000-8000-000000000001";
pub const NOW: i64 = 1_800_000_000;

pub struct Person {
    pub model: Model,
    /// Effects asked for since the last look.
    pub effects: Vec<Effect>,
    /// Every draft that was kept on the way.
    pub kept: Vec<Draft>,
    pub now: i64,
}

pub fn given() -> Given {
    Given::nothing(Texts::new(Language::English), "seed".into(), Secret::new("CANARY-entropy"))
}

impl Person {
    pub fn sits_down(given: Given) -> Self {
        Self::sits_down_at(given, NOW)
    }

    pub fn sits_down_at(given: Given, now: i64) -> Self {
        let (model, effects) = Model::start(given, now);
        let kept = kept(&effects).collect();
        Self { model, effects, kept, now }
    }

    pub fn screen(&self) -> Screen {
        self.model.view(self.now)
    }

    pub fn at(&self) -> String {
        self.screen().id
    }

    pub fn tell(&mut self, message: Message) -> &mut Self {
        self.effects = self.model.update(message, self.now);
        self.kept.extend(kept(&self.effects));
        self
    }

    /// Sets this product up.
    pub fn sets_up(&mut self, product: &str) -> &mut Self {
        let number = smtp_oauth::product::all().iter().position(|known| known.id == product).unwrap();
        self.tell(Message::Choose(number))
    }

    pub fn types(&mut self, text: &str) -> &mut Self {
        assert!(self.screen().takes_text(), "nothing to type at {}", self.at());
        self.tell(Message::Answer(Secret::new(text)))
    }

    /// Step by step, as far as this one.
    pub fn goes_back_to(&mut self, step: &str) -> &mut Self {
        while self.at() != step {
            self.presses(Key::Esc);
        }
        self
    }

    /// Presses a key the screen offers.
    pub fn presses(&mut self, key: Key) -> &mut Self {
        let screen = self.screen();
        let action = screen.action(key).unwrap_or_else(|| panic!("no {key:?} at {}: {:?}", screen.id, screen.actions));
        let message = match (&action.act, screen.question.as_ref().map(|question| &question.input)) {
            (Act::Send(message), _) => message.clone(),
            (Act::Answer, Some(Input::Text { value })) => Message::Answer(Secret::new(value.clone())),
            (Act::Answer, Some(Input::Secret { .. } | Input::Pasted)) => Message::Answer(Secret::default()),
            (Act::Answer, Some(Input::Choice { selected, .. })) => Message::Choose(*selected),
            (Act::Answer, None) => panic!("an answer without a question"),
        };
        self.tell(message)
    }

    pub fn enter(&mut self) -> &mut Self {
        self.presses(Key::Enter)
    }

    /// The request that is out, with its form, which may hold secrets.
    pub fn request(&self) -> (Ticket, String, String) {
        let fetch = self.effects.iter().find_map(|effect| match effect {
            Effect::Fetch(ticket, request) => {
                let body = match &request.method {
                    Method::PostForm(body) => body.expose().to_owned(),
                    Method::Get => String::new(),
                };
                Some((*ticket, request.url.clone(), body))
            }
            _ => None,
        });
        fetch.unwrap_or_else(|| panic!("no request in {:?}", self.effects))
    }

    pub fn waits(&self) -> (Ticket, Duration) {
        let wait = self.effects.iter().find_map(|effect| match effect {
            Effect::Wait(ticket, time) => Some((*ticket, *time)),
            _ => None,
        });
        wait.unwrap_or_else(|| panic!("no pause in {:?}", self.effects))
    }

    /// Has the page at hand written to a file; gives the first of its files.
    pub fn writes(&mut self) -> (Ticket, Beside) {
        self.enter();
        let wrote = self.effects.iter().find_map(|effect| match effect {
            Effect::KeepFiles(ticket, files) => Some((*ticket, files[0].clone())),
            _ => None,
        });
        wrote.unwrap()
    }

    pub fn gets(&mut self, status: u16, body: &str) -> &mut Self {
        let (ticket, ..) = self.request();
        // The far end's clock goes on with this one's.
        let answer = Answer { date: Some(self.now), ..answer(status, body) };
        self.tell(Message::Reported(ticket, Report::Fetched(Ok(answer))))
    }

    pub fn gets_nowhere(&mut self, failure: NetworkFailure) -> &mut Self {
        let (ticket, ..) = self.request();
        self.tell(Message::Reported(ticket, Report::Fetched(Err(failure))))
    }

    /// The pause passes and the poll that follows is answered.
    pub fn polls(&mut self, status: u16, body: &str) -> &mut Self {
        let (ticket, time) = self.waits();
        self.now += i64::try_from(time.as_secs()).unwrap();
        self.tell(Message::Reported(ticket, Report::Waited));
        self.gets(status, body)
    }

    pub fn conversation(&self) -> Ticket {
        let converse = self.effects.iter().find_map(|effect| match effect {
            Effect::Converse(ticket, _) => Some(*ticket),
            _ => None,
        });
        converse.unwrap_or_else(|| panic!("no conversation in {:?}", self.effects))
    }

    pub fn hears(&mut self, conversation: Conversation) -> &mut Self {
        let ticket = self.conversation();
        self.tell(Message::Reported(ticket, Report::Conversed(Box::new(conversation))))
    }

    /// Everything readable on the screen.
    pub fn reads(&self) -> String {
        format!("{:#?}", self.screen())
    }

    pub fn notes(&self) -> Vec<String> {
        let note = |block: Block| match block {
            Block::Note { text, .. } => Some(text),
            _ => None,
        };
        self.screen().blocks.into_iter().filter_map(note).collect()
    }

    /// From the start to the sign-in, with nothing out of the ordinary.
    pub fn walks_to_consent(&mut self) -> &mut Self {
        self.enter();
        self.types("alerts@contoso.example");
        self.gets(200, &discovery());
        self.enter();
        assert_eq!(self.enter().at(), "registration");
        self.types(CLIENT).gets(200, DEVICE_CODE);
        assert_eq!(self.at(), "redirect");
        self.enter().enter();
        self.types("");
        self.enter();
        self.enter();
        assert_eq!(self.at(), "consent");
        self.gets(200, DEVICE_CODE)
    }

    pub fn walks_to_connection(&mut self) -> &mut Self {
        self.walks_to_consent().polls(200, &granted("alerts@contoso.example"));
        assert_eq!(self.at(), "token");
        self.enter();
        assert_eq!(self.at(), "connection");
        self
    }
}

fn kept(effects: &[Effect]) -> impl Iterator<Item = Draft> {
    effects.iter().filter_map(|effect| match effect {
        Effect::KeepDraft(draft) => Some((**draft).clone()),
        _ => None,
    })
}

pub const DEVICE_CODE: &str = r#"{"device_code":"CANARY-dc","user_code":"ABCD1234","verification_uri":"https://microsoft.com/devicelogin","expires_in":900,"interval":5}"#;

pub fn discovery() -> String {
    format!(r#"{{"issuer":"https://login.microsoftonline.com/{TENANT}/v2.0"}}"#)
}

pub fn error(error: &str, code: u32) -> String {
    format!(r#"{{"error":"{error}","error_description":"AADSTS{code}: as Microsoft says.","error_codes":[{code}]}}"#)
}

/// A token answer; the access token is a JWT of Exchange for this user, good for an hour from `NOW`.
pub fn granted(upn: &str) -> String {
    let exp = NOW + 3599;
    granted_with(&format!(
        r#"{{"aud":"https://outlook.office.com","scp":"SMTP.Send","upn":"{upn}","tid":"{TENANT}","exp":{exp}}}"#
    ))
}

pub fn granted_with(claims: &str) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let jwt = format!("e30.{}.CANARYat", URL_SAFE_NO_PAD.encode(claims));
    format!(
        r#"{{"token_type":"Bearer","scope":"https://outlook.office.com/SMTP.Send","expires_in":3599,"access_token":"{jwt}","refresh_token":"CANARY-rt"}}"#
    )
}

pub fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status,
        content_type: if body.starts_with('<') { "text/html".into() } else { "application/json".into() },
        date: Some(NOW),
        retry_after: None,
        location: None,
        body: Secret::new(body),
    }
}

pub fn accepted() -> Conversation {
    conversation(Ending::Accepted, "235 2.7.0 Authentication successful")
}

pub fn refused(text: &str) -> Conversation {
    let reply = Reply::new(535, vec![text.to_owned()]);
    conversation(Ending::Refused { stage: Stage::Auth, reply }, &format!("535 {text}"))
}

/// Signed in, and the message refused at its end.
pub fn refused_after_data() -> Conversation {
    let text = "5.2.252 SendAsDenied; a@contoso.example not allowed to send as b@contoso.example";
    let ending = Ending::Refused { stage: Stage::Data, reply: Reply::new(554, vec![text.to_owned()]) };
    let mut conversation = conversation(ending, &format!("554 {text}"));
    let at = Duration::from_millis(9);
    let signed_in = StageResult { stage: Stage::Auth, ok: true, took: at, detail: "235".to_owned() };
    conversation.stages =
        vec![signed_in, StageResult { stage: Stage::Data, ok: false, took: at, detail: format!("554 {text}") }];
    conversation
}

fn conversation(ending: Ending, last: &str) -> Conversation {
    let at = Duration::from_millis(12);
    let ok = ending == Ending::Accepted;
    Conversation {
        stages: vec![StageResult { stage: Stage::Auth, ok, took: at, detail: last.to_owned() }],
        transcript: vec![Line {
            at,
            from: Side::Server,
            tls: true,
            text: last.to_owned(),
            stage: Stage::Auth,
            meaning: None,
        }],
        tls: Some(TlsFacts {
            version: Some("TLSv1.3".into()),
            subject: "CN=smtp.office365.com".into(),
            ..TlsFacts::default()
        }),
        ..Conversation::of(ending)
    }
}
