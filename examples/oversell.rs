//! What strategies of enforcement oversell, by their numbers: draws `docs/oversell.svg`.
//!
//! ```sh
//! cargo run --release --example oversell
//! ```

use std::error::Error;
use std::path::Path;

use limitlab::engine::{RunOptions, Watch, run};
use limitlab::scenario::{Override, load};
use plotters::prelude::*;

/// A panel: what is varied, and what theory says of it.
struct Panel {
    title: &'static str,
    axis: &'static str,
    /// The scenario's file, and the key of what is varied with what stands behind its number.
    scenario: &'static str,
    key: &'static str,
    unit: &'static str,
    /// What else is set.
    set: &'static [&'static str],
    values: &'static [f64],
    /// The expected credits oversold in a workspace, where that is known.
    theory: Option<fn(f64) -> f64>,
}

const PANELS: [Panel; 4] = [
    Panel {
        title: "check then act",
        axis: "gap [s]",
        scenario: "last-credit",
        key: "enforcement.strategy.check_then_act.gap",
        unit: "s",
        set: &[],
        values: &[0.0, 1.0, 2.0, 4.0, 6.0, 8.0],
        // What comes in the gap: 50 a second.
        theory: Some(|gap| 50.0 * gap),
    },
    Panel {
        title: "metered",
        axis: "reported every [min]",
        scenario: "lagging-meter",
        key: "enforcement.strategy.metered.report_every",
        unit: "m",
        set: &[],
        values: &[0.5, 1.0, 2.0, 3.0, 4.0, 5.0],
        // Half of what is used between two reports: ten a minute.
        theory: Some(|every| 5.0 * every),
    },
    Panel {
        title: "replicated on 3 nodes",
        axis: "exchanged every [min]",
        scenario: "lagging-meter",
        key: "enforcement.strategy",
        unit: "m } }",
        set: &["{ replicated: { nodes: 3, sync_every: "],
        values: &[0.5, 1.0, 2.0, 3.0, 4.0, 5.0],
        theory: None,
    },
    Panel {
        title: "replicated, exchanged every 2 min",
        axis: "nodes",
        scenario: "lagging-meter",
        key: "enforcement.strategy",
        unit: " } }",
        set: &["{ replicated: { sync_every: 2m, nodes: "],
        values: &[1.0, 2.0, 3.0, 4.0, 6.0, 8.0],
        theory: None,
    },
];

/// Credits oversold in a workspace, on average, with one value of what a panel varies.
fn oversold(panel: &Panel, value: f64) -> Result<f64, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join(format!("scenarios/{}.yaml", panel.scenario));
    let before = panel.set.first().copied().unwrap_or_default();
    let text = format!("{}={before}{value}{}", panel.key, panel.unit);
    let scenario = load(&path, &[Override::set(text)])?.scenario;
    let summary = run(&scenario, RunOptions::default(), &Watch::default())?.summary;
    let total = summary.value("credits.oversold.total").unwrap_or(0.0);
    Ok(total / summary.groups["all"].workspaces as f64)
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/oversell.svg");
    let root = SVGBackend::new(&path, (880, 620)).into_drawing_area();
    root.fill(&WHITE)?;
    let font = |size: u32| ("sans-serif", size).into_font();
    let (head, below) = root.split_vertically(34);
    let title = "Credits oversold in a workspace, on average; dashed: what theory expects";
    head.titled(title, font(17))?;
    for (panel, area) in PANELS.iter().zip(below.split_evenly((2, 2))) {
        let mut points = Vec::new();
        for &value in panel.values {
            points.push((value, oversold(panel, value)?));
            println!("{}: {value}: {:.2}", panel.title, points[points.len() - 1].1);
        }
        let most = points.iter().map(|point| point.1).fold(1.0, f64::max) * 1.1;
        let last = panel.values[panel.values.len() - 1];
        let mut chart = ChartBuilder::on(&area)
            .caption(panel.title, font(15))
            .margin(12)
            .x_label_area_size(36)
            .y_label_area_size(46)
            .build_cartesian_2d(0.0..last * 1.02, 0.0..most)?;
        chart.configure_mesh().x_desc(panel.axis).light_line_style(WHITE).draw()?;
        if let Some(theory) = panel.theory {
            let line = (0..=40).map(|step| last * f64::from(step) / 40.0);
            let line: Vec<(f64, f64)> = line.map(|x| (x, theory(x))).collect();
            chart.draw_series(DashedLineSeries::new(line, 6, 5, BLACK.mix(0.6).stroke_width(1)))?;
        }
        let blue = RGBColor(0x1f, 0x6f, 0xb4);
        chart.draw_series(LineSeries::new(points.iter().copied(), blue.stroke_width(2)))?;
        chart.draw_series(points.iter().map(|&point| Circle::new(point, 3, blue.filled())))?;
    }
    root.present()?;
    println!("{}", path.display());
    Ok(())
}
