//! `limitlab schema`: print a JSON Schema, or the guide that is made of one.

use super::arguments::{SchemaArguments, SchemaOf};
use super::exit::Exit;
use super::output::print;
use crate::planning::fit::fit_schema;
use crate::planning::{advise_schema, compare_schema, diff_schema, size_schema, sweep_schema};
use crate::scenario::{guide, scenario_schema};
use crate::summary::summary_schema;
use crate::verify::verdict_schema;

/// Runs the command.
pub(super) fn schema(arguments: &SchemaArguments) -> Exit {
    print(&match arguments.of {
        SchemaOf::Scenario => format!("{:#}\n", scenario_schema()),
        SchemaOf::Summary => format!("{:#}\n", summary_schema()),
        SchemaOf::Fit => format!("{:#}\n", serde_json::Value::from(fit_schema())),
        SchemaOf::Diff => format!("{:#}\n", diff_schema()),
        SchemaOf::Advise => format!("{:#}\n", advise_schema()),
        SchemaOf::Sweep => format!("{:#}\n", sweep_schema()),
        SchemaOf::Size => format!("{:#}\n", size_schema()),
        SchemaOf::Compare => format!("{:#}\n", compare_schema()),
        SchemaOf::Verdict => format!("{:#}\n", verdict_schema()),
        SchemaOf::Guide => guide(),
    });
    Exit::Done
}
