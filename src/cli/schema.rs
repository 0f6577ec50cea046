//! `limitlab schema`: print a JSON Schema.

use super::arguments::{SchemaArguments, SchemaOf};
use super::exit::Exit;
use super::output::print;
use crate::scenario::scenario_schema;
use crate::summary::summary_schema;

/// Runs the command.
pub(super) fn schema(arguments: &SchemaArguments) -> Exit {
    let schema = match arguments.of {
        SchemaOf::Scenario => scenario_schema(),
        SchemaOf::Summary => summary_schema(),
    };
    print(&format!("{schema:#}\n"));
    Exit::Done
}
