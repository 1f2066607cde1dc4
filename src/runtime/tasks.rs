//! Performs the wizard's effects as tasks and reports back through one channel. Cancelling drops a task
//! of the network; a save it can only keep from beginning. Saves and drafts are threads of their own, which
//! the end waits for: tokio leaves its blocking tasks behind. Drafts are written one by one, the newest only.

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
    files::{Places, Revoked},
    handed,
    mail::{self, Endpoint},
    pair,
    redirect::Listener,
    web,
};
use crate::{
    account::draft::Draft,
    facts::AccountName,
    wizard::effect::{Beside, CertificateFiles, Conversing, Effect, FileFailure, Listening, Report, Saving, Ticket},
};

pub type Reports = UnboundedReceiver<(Ticket, Report)>;

pub struct Runtime {
    places: Places,
    reports: UnboundedSender<(Ticket, Report)>,
    tasks: HashMap<Ticket, Task>,
    drafts: mpsc::Sender<Option<Box<Draft>>>,
    writer: JoinHandle<Option<FileFailure>>,
}

enum Task {
    Network(AbortHandle),
    Save(JoinHandle<()>, Revoked),
}

impl Task {
    fn is_finished(&self) -> bool {
        match self {
            Self::Network(task) => task.is_finished(),
            Self::Save(thread, _) => thread.is_finished(),
        }
    }

    /// A save that has begun to write goes on to its end, whole.
    fn cancel(&self) {
        match self {
            Self::Network(task) => task.abort(),
            Self::Save(_, revoked) => revoked.revoke(),
        }
    }
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
        let runtime = Self { places, reports, tasks: HashMap::new(), drafts, writer };
        (runtime, received)
    }

    /// Effects for the front, and the end, are not the runtime's and are ignored here.
    pub fn perform(&mut self, effect: Effect) {
        self.tasks.retain(|_, task| !task.is_finished());
        match effect {
            Effect::Fetch(ticket, request) => {
                self.run(ticket, async move { Report::Fetched(web::fetch(&request).await) });
            }
            Effect::Listen(ticket, listening) => {
                let reports = self.reports.clone();
                self.run(ticket, listen(ticket, *listening, reports));
            }
            Effect::Wait(ticket, time) => self.run(ticket, wait(time)),
            Effect::Converse(ticket, conversing) => {
                let reports = self.reports.clone();
                self.run(ticket, converse(ticket, *conversing, reports));
            }
            Effect::Inspect(ticket, account) => self.inspect(ticket, account),
            Effect::ReadCertificate(ticket, files) => self.read_certificate(ticket, files),
            Effect::Save(ticket, saving) => self.save(ticket, saving),
            Effect::KeepFiles(ticket, files) => self.keep_files(ticket, files),
            Effect::Cancel(ticket) => {
                // A save stays in the list until it has ended.
                self.tasks.get(&ticket).into_iter().for_each(Task::cancel);
            }
            // The writer ends only when this sender is dropped.
            Effect::KeepDraft(draft) => drop(self.drafts.send(Some(draft))),
            Effect::DropDraft => drop(self.drafts.send(None)),
            Effect::Copy(_) | Effect::Print(_) | Effect::Leave(_) => {}
        }
    }

    #[expect(clippy::disallowed_methods, reason = "effects are tasks")]
    fn run(&mut self, ticket: Ticket, work: impl Future<Output = Report> + Send + 'static) {
        let reports = self.reports.clone();
        let task = tokio::spawn(async move {
            // Nobody listens any more once the wizard has ended.
            let _ = reports.send((ticket, work.await));
        });
        self.tasks.insert(ticket, Task::Network(task.abort_handle()));
    }

    /// Reading that hangs holds up nothing and cannot be stopped: it is in no list.
    #[expect(clippy::disallowed_methods, reason = "effects are tasks")]
    fn inspect(&self, ticket: Ticket, account: AccountName) {
        let (places, reports) = (self.places.clone(), self.reports.clone());
        tokio::task::spawn_blocking(move || reports.send((ticket, Report::Inspected(places.inspect(&account)))));
    }

    #[expect(clippy::disallowed_methods, reason = "effects are tasks, and a certificate has its time")]
    fn read_certificate(&self, ticket: Ticket, files: CertificateFiles) {
        let reports = self.reports.clone();
        tokio::task::spawn_blocking(move || {
            let read = pair::read(&files, chrono::Utc::now().timestamp());
            reports.send((ticket, Report::CertificateRead(read.map(Box::new))))
        });
    }

    #[expect(clippy::disallowed_methods, reason = "effects are tasks")]
    fn keep_files(&mut self, ticket: Ticket, files: Vec<Beside>) {
        let (places, reports) = (self.places.clone(), self.reports.clone());
        let thread = thread::spawn(move || {
            let _ = reports.send((ticket, Report::FilesKept(handed::beside(&places, &files))));
        });
        self.tasks.insert(ticket, Task::Save(thread, Revoked::default()));
    }

    #[expect(clippy::disallowed_methods, reason = "effects are tasks")]
    fn save(&mut self, ticket: Ticket, saving: Box<Saving>) {
        let (places, reports, revoked) = (self.places.clone(), self.reports.clone(), Revoked::default());
        let asked = revoked.clone();
        let thread = thread::spawn(move || {
            let _ = reports.send((ticket, Report::Saved(places.save(&saving, &asked))));
        });
        self.tasks.insert(ticket, Task::Save(thread, revoked));
    }

    /// Waits until a save that has begun and the last draft are on the disk; says when that draft is lost.
    pub fn finish(self) -> Option<FileFailure> {
        self.tasks.values().for_each(Task::cancel);
        for task in self.tasks.into_values() {
            if let Task::Save(thread, _) = task {
                let _ = thread.join();
            }
        }
        drop(self.drafts);
        self.writer.join().ok().flatten()
    }
}

#[expect(clippy::disallowed_methods, reason = "effects are tasks")]
async fn wait(time: Duration) -> Report {
    tokio::time::sleep(time).await;
    Report::Waited
}

async fn converse(ticket: Ticket, conversing: Conversing, reports: UnboundedSender<(Ticket, Report)>) -> Report {
    let Conversing { server, trust, plan, over } = conversing;
    let endpoint = Endpoint { over, ..Endpoint::from(&server) };
    let on_line = |line: &crate::smtp::Line| {
        let _ = reports.send((ticket, Report::Line(line.clone())));
    };
    Report::Conversed(Box::new(mail::converse(&endpoint, &trust, plan, on_line).await))
}

async fn listen(ticket: Ticket, listening: Listening, reports: UnboundedSender<(Ticket, Report)>) -> Report {
    let listener = match Listener::open(listening.port).await {
        Ok(listener) => listener,
        Err(failure) => return Report::Listening(Err(failure)),
    };
    let _ = reports.send((ticket, Report::Listening(Ok(listener.port()))));
    listener.wait(&listening).await.map_or(Report::NobodyCame, Report::Redirected)
}

fn write_drafts(
    places: &Places,
    wanted: &mpsc::Receiver<Option<Box<Draft>>>,
    reports: &UnboundedSender<(Ticket, Report)>,
) -> Option<FileFailure> {
    let mut lost = None;
    while let Ok(mut draft) = wanted.recv() {
        while let Ok(newer) = wanted.try_recv() {
            draft = newer;
        }
        let kept = match draft {
            Some(draft) => places.keep_draft(&draft),
            None => places.drop_draft(),
        };
        lost = kept.err();
        if let Some(failure) = &lost {
            let _ = reports.send((NOBODY, Report::DraftLost(failure.clone())));
        }
    }
    lost
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests look at the files themselves")]
mod tests {
    use std::fs::{self, TryLockError};

    use super::*;
    use crate::{account::vault::Vault, runtime::lock};

    const TICKET: Ticket = Ticket(1);

    fn runtime() -> (tempfile::TempDir, Runtime, Reports) {
        let directory = tempfile::tempdir().unwrap();
        let places = Places { config: directory.path().into(), state: directory.path().join("state") };
        let (runtime, reports) = Runtime::new(places);
        (directory, runtime, reports)
    }

    fn save(expected: Option<&str>) -> Effect {
        let (config, expected) = ("version = 1\n".to_owned(), expected.map(str::to_owned));
        let account = "alerts".parse().unwrap();
        Effect::Save(TICKET, Box::new(Saving { account, config, expected, vault: Vault::new(None) }))
    }

    #[tokio::test]
    async fn a_task_that_has_ended_is_forgotten() {
        let (_directory, mut runtime, mut reports) = runtime();
        runtime.perform(Effect::Wait(TICKET, Duration::ZERO));
        assert_eq!(reports.recv().await, Some((TICKET, Report::Waited)));
        runtime.perform(Effect::DropDraft);
        assert!(runtime.tasks.is_empty());
    }

    #[tokio::test]
    async fn a_cancelled_task_reports_nothing() {
        let (_directory, mut runtime, mut reports) = runtime();
        runtime.perform(Effect::Wait(TICKET, Duration::from_secs(3600)));
        runtime.perform(Effect::Cancel(TICKET));
        assert_eq!(runtime.finish(), None);
        assert_eq!(reports.recv().await, None);
    }

    #[tokio::test]
    async fn a_save_that_has_begun_is_waited_for() {
        let (directory, mut runtime, mut reports) = runtime();
        let (config, lock) =
            (directory.path().join("config.toml"), directory.path().join("state/accounts/alerts.lock"));
        let is_held =
            || fs::File::open(&lock).is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)));
        runtime.perform(save(None));
        // Under its locks, or over already: from then on it is not to be stopped.
        while !is_held() && !config.exists() {
            thread::yield_now();
        }
        runtime.perform(Effect::Cancel(TICKET));
        assert_eq!(runtime.finish(), None);
        assert!(matches!(reports.try_recv(), Ok((TICKET, Report::Saved(Ok(_))))));
        assert_eq!(fs::read_to_string(config).unwrap(), "version = 1\n");
    }

    #[tokio::test]
    async fn a_save_that_waits_for_a_lock_does_not_hold_up_the_end() {
        let (directory, mut runtime, mut reports) = runtime();
        let _other = lock::take(&directory.path().join("state/config.lock"), &Revoked::default()).unwrap();
        runtime.perform(save(None));
        assert_eq!(runtime.finish(), None);
        assert!(matches!(reports.recv().await, Some((TICKET, Report::Saved(Err(_))))));
        assert!(!directory.path().join("config.toml").exists());
    }

    #[tokio::test]
    async fn the_end_says_when_the_last_draft_is_lost() {
        let (directory, mut runtime, _reports) = runtime();
        fs::write(directory.path().join("state"), "no directory").unwrap();
        runtime.perform(Effect::KeepDraft(Box::default()));
        assert!(runtime.finish().is_some());
    }
}
