//! The engines in Python: whether they are there.

use std::process::Command;

/// A package that some contenders import.
pub(crate) struct Package {
    pub(crate) module: &'static str,
    /// What brings it.
    pub(crate) pip: &'static str,
}

/// All of them, in the versions that the programs are written for.
pub(crate) const PACKAGES: [Package; 2] = [
    Package { module: "simpy", pip: "pip install 'simpy~=4.1'" },
    Package { module: "ciw", pip: "pip install 'ciw~=3.2'" },
];

/// The version of a module that can be imported; else what Python says.
pub(crate) fn version(module: &str) -> Result<String, String> {
    let program = format!("import {module}, importlib.metadata as m; print(m.version('{module}'))");
    let output = Command::new("python3").args(["-c", &program]).output();
    let output = output.map_err(|error| format!("python3: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(complaint.lines().last().unwrap_or("python3 fails").to_owned())
}
