//! Where a report goes: to a file, whose earlier text is kept beside it, or to standard output in place of everything
//! else. What it says is `crate::report`'s.

use std::path::Path;

use super::{Context, Status, export, paths};
use crate::{
    report::{self, Report},
    runtime::handed,
};

/// What was asked for.
pub struct Asked<'a> {
    pub path: Option<&'a Path>,
    pub hidden: bool,
}

impl Asked<'_> {
    /// Nothing but the report goes to standard output.
    pub fn is_all(&self) -> bool {
        self.path == Some(Path::new("-"))
    }

    /// Standard output cannot hold two documents.
    pub fn clashes(&self, context: &Context, json: bool) -> bool {
        let clashes = json && self.is_all();
        if clashes {
            context.complain(context.texts.word("report.not-both"));
        }
        clashes
    }

    /// Hands the report over, if there is to be one; a place where it cannot be written has the last word.
    pub fn hand_over(&self, context: &Context, status: Status, report: &Report) -> Status {
        let Some(path) = self.path else { return status };
        let text = report::text(report, &context.texts, self.hidden);
        if self.is_all() {
            context.deliver(&text);
            return status;
        }
        match handed::hand_over(&paths::absolute(path), &text) {
            Ok(handed) => {
                context.complain(context.texts.say(&export::said(&handed, path)));
                status
            }
            Err(failure) => export::unwritten(context, &failure).said(context),
        }
    }
}
