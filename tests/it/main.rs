//! Tests of what a user sees.

mod check;
mod cli;
mod determinism;
mod diagnostics;
mod edges;
mod estimates;
mod extremes;
mod hostile;
mod imports;
mod metering;
mod metering_faults;
mod odd_files;
mod oracle;
mod plan_changes;
mod preset;
mod properties;
mod refused;
mod rules;
mod scenarios;
mod support;
mod tables;
mod theory;
mod tidy;
mod timeline_faults;
mod traffic;
mod validity;
