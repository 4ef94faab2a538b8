//! Charts in SVG. Every page that shows one also has a table with the same numbers.

use domain::indonesian::count;
use leptos::prelude::*;

/// The meaning of a bar; labels say it too, so that nobody depends on colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shade {
    First,
    Second,
    Warning,
    Alarm,
}

impl Shade {
    const fn class(self) -> &'static str {
        match self {
            Self::First => "a",
            Self::Second => "b",
            Self::Warning => "w",
            Self::Alarm => "r",
        }
    }
}

/// The top of the scale: the smallest 4·10ⁿ, 8·10ⁿ or 20·10ⁿ that is at least `most`, so that four grid lines are round.
fn ceiling(most: u32) -> u32 {
    let mut step = 1u32;
    loop {
        for factor in [1, 2, 5] {
            let top = step.saturating_mul(factor).saturating_mul(4);
            if top >= most || top == u32::MAX {
                return top;
            }
        }
        step = step.saturating_mul(10);
    }
}

/// Pairs of bars for two series.
#[component]
pub fn ColumnChart(
    /// The text alternative.
    #[prop(into)]
    title: String,
    /// Label and two values of each column.
    columns: Vec<(String, u32, u32)>,
) -> impl IntoView {
    const TOP: f64 = 8.0;
    const BOTTOM: f64 = 200.0;
    const LEFT: f64 = 40.0;
    const WIDTH: f64 = 787.0;
    let most = columns.iter().map(|(_, a, b)| *a.max(b)).max().unwrap_or(0);
    let top = ceiling(most.max(4));
    let y = move |value: u32| BOTTOM - (BOTTOM - TOP) * f64::from(value) / f64::from(top);
    let number = u32::try_from(columns.len()).unwrap_or(1).max(1);
    let step = (WIDTH - LEFT) / f64::from(number);
    let bar = (step * 0.36).min(14.0);
    let grid = (0..=4u32)
        .map(|line| {
            let value = top / 4 * line;
            let at = y(value);
            view! {
                <path class="grid" d=format!("M{LEFT} {at:.1}H{WIDTH}") />
                <text x="34" y=format!("{:.1}", at + 4.0) text-anchor="end">{count(u64::from(value))}</text>
            }
        })
        .collect_view();
    let bars = |pick: fn(&(String, u32, u32)) -> u32, shift: f64| {
        let mut path = String::new();
        for (at, column) in (0u32..).zip(&columns) {
            let x = LEFT + step * (f64::from(at) + 0.5) + shift;
            path.push_str(&format!("M{x:.1} {BOTTOM}V{:.1}h{bar:.1}V{BOTTOM}z", y(pick(column))));
        }
        path
    };
    let (first, second) = (bars(|column| column.1, -bar - 0.5), bars(|column| column.2, 0.5));
    // Label at most about sixteen columns, so that labels do not overlap.
    let every = (number / 16).max(1);
    let labels = (0u32..)
        .zip(&columns)
        .filter(|(at, _)| at % every == 0)
        .map(|(at, (label, ..))| {
            let x = LEFT + step * (f64::from(at) + 0.5);
            view! { <text x=format!("{x:.1}") y="218" text-anchor="middle">{label.clone()}</text> }
        })
        .collect_view();
    view! {
        <figure class="scroll" tabindex="0" aria-label="Grafik, dapat digeser">
            <svg class="chart" viewBox="0 0 787 224" role="img" aria-label=title>
                {grid}
                <path class="a" d=first />
                <path class="b" d=second />
                {labels}
            </svg>
        </figure>
    }
    .into_any()
}

/// Horizontal bars with labels and values.
#[component]
pub fn BarChart(
    /// The text alternative.
    #[prop(into)]
    title: String,
    /// Label, value and shade of each bar.
    bars: Vec<(String, u32, Shade)>,
    /// The width of the label column, in units of the view box (373 wide).
    #[prop(default = 110)]
    labels: u32,
) -> impl IntoView {
    let most = bars.iter().map(|(_, value, _)| *value).max().unwrap_or(0).max(1);
    let height = 40 * u32::try_from(bars.len()).unwrap_or(1).max(1);
    let room = f64::from(373 - labels - 44);
    let rows = (0u32..).zip(bars).map(|(at, (label, value, shade))| {
        let (text, top) = (40 * at + 24, 40 * at + 12);
        let width = room * f64::from(value) / f64::from(most);
        view! {
            <text class="k" x="0" y=text>{label}</text>
            <path class=shade.class() d=format!("M{labels} {top}h{width:.1}v16h-{width:.1}z") />
            <text class="v" x=format!("{:.1}", f64::from(labels) + width + 8.0) y=text>{count(u64::from(value))}</text>
        }
    }).collect_view();
    view! {
        <figure class="scroll" tabindex="0" aria-label="Grafik, dapat digeser">
            <svg class="chart" viewBox=format!("0 0 373 {height}") role="img" aria-label=title>{rows}</svg>
        </figure>
    }
    .into_any()
}

/// One bar, divided into shares of a whole.
#[component]
pub fn ShareBar(
    /// The text alternative.
    #[prop(into)]
    title: String,
    /// In order from the left.
    parts: Vec<(u32, Shade)>,
) -> impl IntoView {
    let whole: u32 = parts.iter().map(|(part, _)| part).sum();
    let mut x = 0.0;
    let bars = parts.into_iter().map(|(part, shade)| {
        let width = 400.0 * f64::from(part) / f64::from(whole.max(1));
        let from = x;
        x += width;
        view! { <rect class=shade.class() x=format!("{from:.1}") width=format!("{:.1}", (width - 2.0).max(0.0)) height="12" /> }
    }).collect_view();
    view! {
        <svg class="chart share" viewBox="0 0 400 12" preserveAspectRatio="none" role="img" aria-label=title>{bars}</svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::ceiling;

    #[test]
    fn scale_ends_on_a_round_number() {
        let tops: Vec<u32> = [1, 4, 5, 8, 9, 21, 92, 400, 401].map(ceiling).to_vec();
        assert_eq!(tops, [4, 4, 8, 8, 20, 40, 200, 400, 800]);
        assert_eq!(ceiling(u32::MAX), u32::MAX);
    }
}
