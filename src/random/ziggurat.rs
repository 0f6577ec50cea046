//! Exponential and normal variates by the ziggurat method: one word, one comparison, one product.
//!
//! A decreasing density is covered by layers of equal area. A layer is chosen and a point taken in
//! it; 99% of the points lie under the part of the layer that the curve surely covers. The rest
//! are judged by the curve itself, so the result is exact.
//!
//! Source: Marsaglia and Tsang, "The ziggurat method for generating random variables", Journal of
//! Statistical Software 5(8) (2000). Layer and position come from separate bits of a 64-bit word;
//! sharing them is the flaw of the original that Doornik, "An improved ziggurat method to generate
//! normal random samples" (2005), describes.

use std::fmt;
use std::sync::LazyLock;

use super::Draw;

/// Layers of a ziggurat; so many that eight bits choose one.
const LAYERS: usize = 256;

/// Where the tail of the exponential begins, such that 256 layers have equal areas.
///
/// Source: Marsaglia and Tsang (2000); a test holds the digits to the condition.
const EXPONENTIAL_EDGE: f64 = 7.697_117_470_131_05;

/// Where the tail of the normal begins, such that 256 layers have equal areas.
///
/// Source: Marsaglia and Tsang (2000); a test holds the digits to the condition.
const NORMAL_EDGE: f64 = 3.654_152_885_361_009;

static EXPONENTIAL: LazyLock<Layers> = LazyLock::new(|| {
    let base = (EXPONENTIAL_EDGE + 1.0) * libm::exp(-EXPONENTIAL_EDGE);
    Layers::new(EXPONENTIAL_EDGE, base, exponential_density, |y| -libm::log(y))
});

static NORMAL: LazyLock<Layers> = LazyLock::new(|| {
    let tail =
        (std::f64::consts::PI / 2.0).sqrt() * libm::erfc(NORMAL_EDGE / std::f64::consts::SQRT_2);
    let base = NORMAL_EDGE * normal_density(NORMAL_EDGE) + tail;
    Layers::new(NORMAL_EDGE, base, normal_density, |y| (-2.0 * libm::log(y)).sqrt())
});

/// The density of the exponential with mean 1.
fn exponential_density(x: f64) -> f64 {
    libm::exp(-x)
}

/// The density of the standard normal, scaled to 1 at its top.
fn normal_density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x)
}

/// The exponential distribution with mean 1.
///
/// It holds the tables rather than look them up, so that drawing checks no lock.
#[derive(Debug, Clone, Copy)]
pub(super) struct UnitExponential(&'static Layers);

impl UnitExponential {
    pub(super) fn new() -> Self {
        Self(&EXPONENTIAL)
    }

    /// A variate, at least 0.
    #[inline(always)]
    pub(super) fn sample(self, draw: &mut Draw) -> f64 {
        let point = self.0.point(draw.next_u64());
        if point.inside {
            return point.x;
        }
        // By value there and back, so that all of it can stay in registers.
        let (x, after) = self.judge(point.layer, point.x, draw.clone());
        *draw = after;
        x
    }

    #[cold]
    #[inline(never)]
    fn judge(self, layer: usize, x: f64, mut draw: Draw) -> (f64, Draw) {
        let mut point = Point { layer, x, inside: false };
        // The tail of an exponential is an exponential: it starts afresh beyond the edge.
        let mut origin = 0.0;
        loop {
            if point.layer == 0 {
                origin += EXPONENTIAL_EDGE;
            } else if self.0.height_in(point.layer, draw.unit()) < exponential_density(point.x) {
                return (origin + point.x, draw);
            }
            point = self.0.point(draw.next_u64());
            if point.inside {
                return (origin + point.x, draw);
            }
        }
    }
}

/// The normal distribution with mean 0 and standard deviation 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct StandardNormal(&'static Layers);

impl StandardNormal {
    /// The bit of a word that is the sign: none of the layer's eight nor of the position's 53.
    const SIGN: u64 = 1 << 8;

    pub(super) fn new() -> Self {
        Self(&NORMAL)
    }

    /// A variate.
    #[inline]
    pub(super) fn sample(self, draw: &mut Draw) -> f64 {
        let word = draw.next_u64();
        let point = self.0.point(word);
        let x = if point.inside { point.x } else { self.judge(point, draw) };
        // By its bits, since a branch would be mispredicted half the time.
        f64::from_bits(x.to_bits() ^ ((word & Self::SIGN) << 55))
    }

    #[cold]
    #[inline(never)]
    fn judge(self, mut point: Point, draw: &mut Draw) -> f64 {
        loop {
            if point.layer == 0 {
                return Self::beyond_edge(draw);
            }
            if self.0.height_in(point.layer, draw.unit()) < normal_density(point.x) {
                return point.x;
            }
            point = self.0.point(draw.next_u64());
            if point.inside {
                return point.x;
            }
        }
    }

    /// A variate of the tail.
    ///
    /// Source: George Marsaglia, "Generating a variable from the tail of the normal distribution",
    /// Technometrics 6 (1964).
    fn beyond_edge(draw: &mut Draw) -> f64 {
        loop {
            let x = -libm::log(draw.open_unit()) / NORMAL_EDGE;
            let y = -libm::log(draw.open_unit());
            if y + y > x * x {
                return NORMAL_EDGE + x;
            }
        }
    }
}

/// The tables of one ziggurat. Layer 0 is the base: a rectangle and the tail.
struct Layers {
    layers: [Layer; LAYERS],
    /// Density at the right edge of each layer; the last is the top of the curve, 1.
    heights: [f64; LAYERS + 1],
}

#[derive(Clone, Copy)]
struct Layer {
    /// Width of the layer in units of 2^-53: a position times this is an abscissa.
    scale: f64,
    /// Positions below this lie under the curve, whatever their height.
    sure: u64,
}

/// A place in a layer.
#[derive(Clone, Copy)]
struct Point {
    layer: usize,
    x: f64,
    /// Whether the curve surely covers it.
    inside: bool,
}

impl Layers {
    /// Positions in a layer: 2^53, so that a position and its product round once.
    const POSITIONS: f64 = (1_u64 << 53) as f64;

    /// Lays layers of area `area` under `density`, whose tail beyond `edge` belongs to the base.
    fn new(edge: f64, area: f64, density: fn(f64) -> f64, inverse: fn(f64) -> f64) -> Self {
        let edges = Self::edges(edge, area, density, inverse);
        Self {
            layers: std::array::from_fn(|i| Layer {
                scale: edges[i] / Self::POSITIONS,
                sure: (edges[i + 1] / edges[i] * Self::POSITIONS) as u64,
            }),
            heights: edges.map(density),
        }
    }

    /// The right edges of the layers, falling to 0. That of the base is where it would end if it
    /// were a rectangle.
    fn edges(
        edge: f64,
        area: f64,
        density: fn(f64) -> f64,
        inverse: fn(f64) -> f64,
    ) -> [f64; LAYERS + 1] {
        let mut edges = [0.0; LAYERS + 1];
        edges[0] = area / density(edge);
        edges[1] = edge;
        for i in 2..LAYERS {
            edges[i] = inverse(density(edges[i - 1]) + area / edges[i - 1]);
        }
        edges
    }

    /// The point that a word means: bits 0 to 7 are the layer, bits 11 to 63 the position.
    #[inline(always)]
    fn point(&self, word: u64) -> Point {
        let layer = (word % LAYERS as u64) as usize;
        let position = word >> 11;
        let Layer { scale, sure } = self.layers[layer];
        // Signed, since processors convert those faster.
        Point { layer, x: position as i64 as f64 * scale, inside: position < sure }
    }

    /// The height at share `unit` of a layer other than the base.
    fn height_in(&self, layer: usize, unit: f64) -> f64 {
        let (low, high) = (self.heights[layer], self.heights[layer + 1]);
        low + unit * (high - low)
    }
}

impl fmt::Debug for Layers {
    /// Leaves out the numbers, which are the same in every process.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layers").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The curve is covered without gap or overlap: the topmost layer has the area of the others.
    fn check_closes(layers: &Layers, area: f64) {
        let last = LAYERS - 1;
        let width = layers.layers[last].scale * Layers::POSITIONS;
        let top = width * (1.0 - layers.heights[last]);
        assert!((top / area - 1.0).abs() < 1e-12, "{top} is not {area}");
        assert!(layers.heights.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", layers.heights);
    }

    #[test]
    fn all_layers_have_equal_areas() {
        check_closes(
            &EXPONENTIAL,
            EXPONENTIAL.layers[0].scale * Layers::POSITIONS * EXPONENTIAL.heights[1],
        );
        check_closes(&NORMAL, NORMAL.layers[0].scale * Layers::POSITIONS * NORMAL.heights[1]);
    }
}
