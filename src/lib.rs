//! limitlab simulates, drives and verifies limits and shared credits of software products that
//! sell AI agents.
//!
//! The modules are floors: each names only modules that are listed before it. The map is in
//! `ARCHITECTURE.md`.

pub mod units;

pub mod random;

pub mod rules;

pub mod workload;

pub mod measure;

pub mod summary;

pub mod scenario;

pub mod engine;

pub mod report;

pub mod cli;
