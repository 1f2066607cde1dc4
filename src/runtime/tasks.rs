//! Performs the wizard's effects as tasks and reports back through one channel. Cancelling drops the
//! task; drafts are written one after the other by a thread of their own, the newest only.

use std::{
    collections::HashMap,
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::AbortHandle,
};

use super::{
    files::Places,
    mail::{self, Endpoint},
    web,
};
use crate::{
    account::draft::Draft,
    wizard::effect::{Conversing, Effect, FileFailure, Report, Ticket},
};

pub type Reports = UnboundedReceiver<(Ticket, Report)>;

pub struct Runtime {
    places: Places,
    reports: UnboundedSender<(Ticket, Report)>,
    tasks: HashMap<Ticket, AbortHandle>,
    drafts: Option<mpsc::Sender<Option<Box<Draft>>>>,
    writer: Option<JoinHandle<()>>,
}

/// A report that belongs to no task.
const NOBODY: Ticket = Ticket(0);

impl Runtime {
    /// Needs a tokio runtime around it.
    #[expect(clippy::disallowed_methods, reason = "the draft's writer is a thread, since a disk may be slow")]
    pub fn new(places: Places) -> (Self, Reports) {
        let (reports, received) = unbounded_channel();
        let (drafts, wanted) = mpsc::channel();
        let (at, to) = (places.clone(), reports.clone());
        let writer = thread::spawn(move || write_drafts(&at, &wanted, &to));
        let runtime = Self { places, reports, tasks: HashMap::new(), drafts: Some(drafts), writer: Some(writer) };
        (runtime, received)
    }

    /// Effects for the front, and the end, are not the runtime's and are ignored here.
    pub fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Fetch(ticket, request) => {
                self.run(ticket, async move { Report::Fetched(web::fetch(&request).await) });
            }
            Effect::Wait(ticket, time) => self.run(ticket, wait(time)),
            Effect::Converse(ticket, conversing) => {
                let reports = self.reports.clone();
                self.run(ticket, converse(ticket, *conversing, reports));
            }
            Effect::Inspect(ticket, account) => {
                self.block(ticket, move |places| Report::Inspected(places.inspect(&account)));
            }
            Effect::Save(ticket, saving) => {
                self.block(ticket, move |places| Report::Saved(places.save(&saving)));
            }
            Effect::Cancel(ticket) => {
                if let Some(task) = self.tasks.remove(&ticket) {
                    task.abort();
                }
            }
            Effect::KeepDraft(draft) => self.draft(Some(draft)),
            Effect::DropDraft => self.draft(None),
            Effect::Copy(_) | Effect::Print(_) | Effect::Leave(_) => {}
        }
    }

    fn draft(&self, draft: Option<Box<Draft>>) {
        if let Some(drafts) = &self.drafts {
            // The writer ends only when this sender is dropped.
            let _ = drafts.send(draft);
        }
    }

    #[expect(clippy::disallowed_methods, reason = "effects are tasks")]
    fn run(&mut self, ticket: Ticket, work: impl Future<Output = Report> + Send + 'static) {
        let reports = self.reports.clone();
        let task = tokio::spawn(async move {
            // Nobody listens any more once the wizard has ended.
            let _ = reports.send((ticket, work.await));
        });
        self.tasks.insert(ticket, task.abort_handle());
    }

    fn block(&mut self, ticket: Ticket, work: impl FnOnce(&Places) -> Report + Send + 'static) {
        let (places, reports) = (self.places.clone(), self.reports.clone());
        let task = tokio::task::spawn_blocking(move || {
            let _ = reports.send((ticket, work(&places)));
        });
        self.tasks.insert(ticket, task.abort_handle());
    }

    /// Waits until the last draft is on the disk.
    pub fn finish(mut self) {
        self.drafts = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "effects are tasks")]
async fn wait(time: Duration) -> Report {
    tokio::time::sleep(time).await;
    Report::Waited
}

async fn converse(ticket: Ticket, conversing: Conversing, reports: UnboundedSender<(Ticket, Report)>) -> Report {
    let Conversing { server, trust, plan } = conversing;
    let endpoint = Endpoint::from(&server);
    let on_line = |line: &crate::smtp::Line| {
        let _ = reports.send((ticket, Report::Line(line.clone())));
    };
    Report::Conversed(Box::new(mail::converse(&endpoint, &trust, plan, on_line).await))
}

fn write_drafts(
    places: &Places,
    wanted: &mpsc::Receiver<Option<Box<Draft>>>,
    reports: &UnboundedSender<(Ticket, Report)>,
) {
    while let Ok(mut draft) = wanted.recv() {
        while let Ok(newer) = wanted.try_recv() {
            draft = newer;
        }
        let kept: Result<(), FileFailure> = match draft {
            Some(draft) => places.keep_draft(&draft),
            None => places.drop_draft(),
        };
        if let Err(failure) = kept {
            let _ = reports.send((NOBODY, Report::DraftLost(failure)));
        }
    }
}
