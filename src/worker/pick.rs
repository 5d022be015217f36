//! The system's file dialogs. They block, so they are jobs like any other.

use std::path::PathBuf;

use crate::job::Pick;

/// Asks the user. `None` if nothing was chosen, or where the system has no dialogs: the window's own path field is
/// always there as well.
pub(super) fn pick(pick: Pick) -> Option<PathBuf> {
    let dialog = rfd::FileDialog::new();
    match pick {
        Pick::Open => dialog
            .set_title("Open event store")
            .add_filter("SQLite", &["db", "sqlite", "sqlite3", "db3"])
            .add_filter("All files", &["*"])
            .pick_file(),
        Pick::Together => dialog
            .set_title("Open together with the open store")
            .add_filter("SQLite", &["db", "sqlite", "sqlite3", "db3"])
            .add_filter("All files", &["*"])
            .pick_file(),
        Pick::SaveCopy => dialog.set_title("Save as copy").save_file(),
        Pick::Rules => dialog.set_title("Use projection file").add_filter("Projections", &["json"]).pick_file(),
        Pick::Scenario => dialog.set_title("Open scenario").add_filter("Scenarios", &["json"]).pick_file(),
        Pick::SaveScenario => dialog.set_title("Save scenario").add_filter("Scenarios", &["json"]).save_file(),
        Pick::SaveFixture => {
            dialog.set_title("Export as fixture").add_filter("Fixtures", &["json", "txt", "md"]).save_file()
        }
        Pick::SaveProposal => dialog.set_title("Save proposal as").add_filter("JSON", &["json"]).save_file(),
        Pick::Mapping => dialog.set_title("Load mapping").add_filter("Mappings", &["json"]).pick_file(),
        Pick::SaveMapping => dialog.set_title("Save mapping as").add_filter("Mappings", &["json"]).save_file(),
        Pick::SaveRules => dialog.set_title("Save rules as").add_filter("Projections", &["json"]).save_file(),
    }
}
