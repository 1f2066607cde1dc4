//! Screens as the wizard makes them, for the tests of the fronts: one of each kind, in English and Japanese.

use crate::{
    checklist::{Item, State},
    wizard::{
        message::Message,
        screen::{
            Act, Action, Block, Change, Choice, Input, ItemRow, Key, Language, Question, Screen, Tone, TranscriptRow,
            Verdict,
        },
    },
};

pub const DEVICE_URL: &str = "https://microsoft.com/devicelogin";

fn action(key: Key, label: &str, act: Act, primary: bool) -> Action {
    Action { key, label: label.into(), act, primary }
}

fn send(key: Key, label: &str, message: Message) -> Action {
    action(key, label, Act::Send(message), false)
}

pub fn checklist(current: Item) -> Vec<ItemRow> {
    use State::{Attested, Failed, NotNeeded, Open, Proven};
    [
        (Item::Mailbox, "Mailbox", Proven),
        (Item::Tenant, "Tenant", Proven),
        (Item::ClientId, "Client ID", Attested),
        (Item::RedirectUri, "Redirect URI", NotNeeded),
        (Item::PublicClient, "Public client", Attested),
        (Item::Permission, "Permission", Failed),
        (Item::ClientSecret, "Client secret", NotNeeded),
        (Item::SmtpAuth, "SMTP AUTH", Open),
        (Item::SendAs, "Send as", Open),
        (Item::Consent, "Consent", Open),
        (Item::Token, "Token", Open),
        (Item::Connection, "Connection", Open),
    ]
    .into_iter()
    .map(|(item, label, state)| ItemRow {
        item,
        label: label.into(),
        state,
        state_label: match state {
            Open => "open",
            Attested => "attested",
            Proven => "proven",
            Failed => "failed",
            NotNeeded => "not needed",
        }
        .into(),
        current: item == current,
    })
    .collect()
}

fn screen(id: &str, title: &str, current: Item, blocks: Vec<Block>) -> Screen {
    Screen {
        id: id.into(),
        language: Language::English,
        title: title.into(),
        place: "Step 2 of 14".into(),
        blocks,
        question: None,
        actions: vec![
            send(Key::Esc, "Back", Message::Back),
            send(Key::Letter('l'), "Checklist", Message::ShowChecklist),
            send(Key::F2, "日本語", Message::Language),
        ],
        checklist: checklist(current),
        busy: None,
        ticks: false,
    }
}

fn ask(mut screen: Screen, label: &str, hint: &str, error: Option<&str>, input: Input) -> Screen {
    let error = error.map(str::to_owned);
    screen.question = Some(Question { label: label.into(), hint: hint.into(), error, input });
    screen.actions.insert(0, action(Key::Enter, "Continue", Act::Answer, true));
    screen
}

pub fn mailbox() -> Screen {
    let text = "Which mailbox sends the mail of this server? Its address decides the tenant and the cloud, and nothing else is taken from it.";
    let mut screen = screen("mailbox", "The mailbox", Item::Mailbox, vec![Block::Text(text.into())]);
    screen.actions.push(send(Key::Letter('r'), "Look again", Message::Retry));
    let input = Input::Text { value: "alerts@contoso.example".into() };
    ask(
        screen,
        "Mailbox address",
        "for example alerts@contoso.example",
        Some("This domain has no mailbox at Microsoft 365."),
        input,
    )
}

pub fn secret() -> Screen {
    let note = Block::Note {
        tone: Tone::Warning,
        text: "Microsoft shows the Value once. The Secret ID is not the secret.".into(),
    };
    let screen = screen("secret", "Client secret", Item::ClientSecret, vec![note]);
    ask(screen, "The secret's Value", "40 characters with a ~ among them", None, Input::Secret { held: true })
}

pub fn consent() -> Screen {
    let facts = Block::Facts(vec![
        ("Tenant".into(), "8d2c1f4e-0000-4000-8000-1234567890ab".into()),
        ("This session".into(), "over SSH, no browser on this machine".into()),
    ]);
    let screen = screen("consent", "How to sign in", Item::Consent, vec![facts]);
    let choice = |label: &str, detail: &str| Choice { label: label.into(), detail: detail.into() };
    let options = vec![
        choice("Device code (recommended)", "A short code typed at microsoft.com/devicelogin, on any device."),
        choice("Browser, the address pasted back", "Works when the tenant blocks device codes."),
        choice("Browser through ssh -L", "The sign-in comes back by itself."),
    ];
    ask(screen, "Way of consent", "", None, Input::Choice { options, selected: 0 })
}

pub fn device(left: &str) -> Screen {
    let blocks = vec![
        Block::Steps(vec![
            "Open the page, on any device.".into(),
            "Type the code.".into(),
            "Sign in as alerts@contoso.example, and as no one else.".into(),
        ]),
        Block::Link { label: "The page".into(), url: DEVICE_URL.into() },
        Block::UserCode { label: "The code".into(), code: "F7K2PQ9XD".into() },
        Block::Text(format!("Valid for another {left}.")),
        Block::Qr(DEVICE_URL.into()),
    ];
    let mut screen = screen("device", "Sign in", Item::Consent, blocks);
    screen.busy = Some("waiting for Microsoft".into());
    screen.ticks = true;
    screen.actions.push(send(Key::Letter('y'), "Copy the address", Message::Copy(DEVICE_URL.into())));
    screen
}

pub fn exchange(lines: usize) -> Screen {
    let rows = [
        (
            3.1,
            true,
            false,
            "220 AMS0EPF000001A3.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready",
            "the server greets",
        ),
        (3.4, false, false, "EHLO server.contoso.example", "what can you do?"),
        (24.0, true, false, "250-STARTTLS", ""),
        (24.1, true, false, "250 SMTPUTF8", "TLS is offered; a sign-in is not, before TLS"),
        (24.3, false, false, "STARTTLS", "now encrypted"),
        (80.0, false, true, "AUTH XOAUTH2", "the two-step form: the token is longer than a command line may be"),
        (104.7, true, true, "334 ", "go on"),
        (104.9, false, true, "‹token: 2113 characters, sha256 1a2b3c4d›", "user and token"),
        (412.5, true, true, "235 2.7.0 Authentication successful", "proven"),
    ];
    let rows = rows
        .iter()
        .take(lines)
        .map(|(ms, from_server, tls, text, meaning)| TranscriptRow {
            ms: *ms,
            from_server: *from_server,
            tls: *tls,
            text: (*text).into(),
            meaning: (*meaning).into(),
        })
        .collect();
    let mut screen = screen("connection", "Live test", Item::Connection, vec![Block::Transcript(rows)]);
    screen.busy = Some("talking to smtp.office365.com:587".into());
    screen.actions.insert(0, send(Key::Letter('x'), "Cancel", Message::Cancel));
    screen
}

pub fn refused() -> Screen {
    let verdict = Verdict {
        headline: "SMTP AUTH is switched off for this mailbox".into(),
        certainty: "certain".into(),
        why: "The server names the mailbox, not the tenant: the tenant's switch is on or the mailbox overrides it.".into(),
        evidence: vec!["535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information. [AM0PR02CA0001.eurprd02.prod.outlook.com]".into()],
        fix: vec!["Open admin.microsoft.com, Users, Active users, alerts@contoso.example, Mail.".into(), "Manage email apps: tick Authenticated SMTP.".into()],
        commands: vec![("In Exchange Online PowerShell".into(), "Set-CASMailbox -Identity 'alerts@contoso.example' -SmtpClientAuthenticationDisabled $false".into())],
        next: vec!["It takes up to an hour to become effective; then try again.".into()],
        source: "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission".into(),
    };
    let mut screen = screen("connection", "Live test", Item::SmtpAuth, vec![Block::Verdict(verdict)]);
    screen.actions.insert(0, action(Key::Enter, "Try again", Act::Send(Message::Retry), true));
    screen
}

pub fn save() -> Screen {
    let lines = vec![
        (Change::Kept, "version = 1".into()),
        (Change::Removed, "tenant = \"common\"".into()),
        (Change::Added, "tenant = \"8d2c1f4e-0000-4000-8000-1234567890ab\"".into()),
        (
            Change::Added,
            "scopes = [\"https://outlook.office.com/SMTP.Send\", \"offline_access\", \"openid\", \"profile\"]".into(),
        ),
    ];
    let block = Block::Difference { path: "/root/.config/smtp-oauth/config.toml".into(), lines };
    let mut screen = screen("save", "Save", Item::Connection, vec![block]);
    screen.actions.insert(0, action(Key::Enter, "Write", Act::Send(Message::Continue), true));
    screen
}

pub fn items() -> Screen {
    screen("checklist", "Checklist", Item::ClientId, vec![Block::Items(checklist(Item::ClientId))])
}

pub fn japanese() -> Screen {
    let blocks = vec![
        Block::Text("Exchange 管理センターで「認証済み SMTP」を有効にしてください。設定が反映されるまでに最大で一時間ほどかかることがあります。反映を待たずに先へ進むこともできます。".into()),
        Block::Steps(vec!["admin.microsoft.com を開き、「ユーザー」→「アクティブなユーザー」を選びます。".into(), "対象のメールボックスを選び、「メール」タブの「電子メール アプリを管理する」を開きます。".into()]),
        Block::Command { label: "PowerShell で行う場合".into(), text: "Set-CASMailbox -Identity 'alerts@contoso.example' -SmtpClientAuthenticationDisabled $false".into() },
        Block::Facts(vec![("テナント".into(), "8d2c1f4e-0000-4000-8000-1234567890ab".into()), ("メールボックス".into(), "通知専用".into())]),
    ];
    let mut screen = screen("smtp-auth", "SMTP AUTH を有効にする", Item::SmtpAuth, blocks);
    screen.language = Language::Japanese;
    screen.place = "手順 7 / 14".into();
    for (row, label) in
        screen.checklist.iter_mut().zip(["メールボックス", "テナント", "クライアント ID", "リダイレクト URI"])
    {
        row.label = label.into();
    }
    for (action, label) in screen.actions.iter_mut().zip(["戻る", "チェックリスト", "English"]) {
        action.label = label.into();
    }
    let mut screen = ask(
        screen,
        "表示名",
        "全角でも構いません",
        Some("空にはできません。"),
        Input::Text { value: "監視サーバー".into() },
    );
    screen.actions[0].label = "次へ".into();
    screen
}

/// Every screen above.
pub fn all() -> Vec<Screen> {
    vec![mailbox(), secret(), consent(), device("14:52"), exchange(9), refused(), save(), items(), japanese()]
}
