//! `foldline what-if --compensate`: proposals as text.

use std::sync::Arc;

use super::failure::CliError;
use super::output::{Output, plain, plain_name, plain_type};
use super::state::print_changes;
use crate::model::{Cancel, Progress, json};
use crate::whatif::{Compensation, Scenario};
use crate::worker::Session;

/// A proposal for each stream that ends differently.
pub fn run(scenario: &Arc<Scenario>, session: &Session) -> Result<Vec<Compensation>, CliError> {
    Ok(session.compensate(scenario, None, &Progress::default(), &Cancel::default())?)
}

/// Prints proposals as text.
pub fn print(proposals: &[Compensation], output: &mut Output<'_>) -> std::io::Result<()> {
    if proposals.is_empty() {
        output.line("")?;
        output.line("nothing is to be compensated: every stream ends as recorded")?;
    }
    for proposal in proposals {
        output.line("")?;
        output.line(format!("to compensate {}: {}", plain_name(&proposal.stream), plain(&proposal.summary())))?;
        for event in &proposal.events {
            output.line(format!(
                "  append {} {}",
                plain_type(&event.event_type),
                plain(&json::to_text(&event.data))
            ))?;
            output.line(format!("    with the metadata {}", plain(&json::to_text(&event.metadata))))?;
            if !event.fill_in.is_empty() {
                output.line(format!("    to be filled in: {}", plain(&event.fill_in.join(", "))))?;
            }
        }
        print_changes(&proposal.changes, output)?;
        for remaining in &proposal.remaining {
            output.line(format!("  still differs: {}, which {}", plain(&remaining.path), plain(&remaining.why)))?;
        }
        for name in &proposal.broken_invariants {
            output.line(format!("  the proposal breaks: {}", plain(name)))?;
        }
        for note in &proposal.notes {
            output.line(format!("  ({})", plain(note)))?;
        }
    }
    Ok(())
}
