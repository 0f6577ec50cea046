//! Plots as PNG, for where SVG is not shown.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

/// Pixels for each of a plot's.
const DENSITY: f32 = 2.0;

/// A plot as PNG. The font is part of the program, so that every machine gives the same bytes.
///
/// # Errors
///
/// Says what is wrong with the SVG.
pub(in crate::report) fn png(svg: &str) -> Result<Vec<u8>, String> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    let options = Options { fontdb: Arc::new(fonts), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    let size = tree.size();
    let (width, height) = ((size.width() * DENSITY) as u32, (size.height() * DENSITY) as u32);
    let mut pixels = Pixmap::new(width, height).ok_or("it has no size")?;
    resvg::render(&tree, Transform::from_scale(DENSITY, DENSITY), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| error.to_string())
}
