/** A small graph over time, in the colours of the page, light and dark. */

import uPlot from '/page/vendor/uPlot.esm.js';
import { make, setText } from '/page/elements.js';

const HEIGHT = 118;
/** Between two lines of the grid, in the unit of the graph: only whole ones. */
const STEPS = [1, 2, 5].flatMap((each) => [1, 10, 100, 1_000, 10_000, 100_000].map((ten) => each * ten)).sort((a, b) => a - b);

const dark = matchMedia('(prefers-color-scheme: dark)');

/** 13:05, with seconds where the steps are that small. */
function timeOf(seconds, step) {
  const time = new Date(seconds * 1000);
  const parts = [time.getHours(), time.getMinutes(), ...(step < 60 ? [time.getSeconds()] : [])];
  return parts.map((each) => String(each).padStart(2, '0')).join(':');
}

export class Graph {
  #options;
  #figure;
  #caption;
  #canvas;
  #data = null;
  #plot = null;

  /** @param options {title, lines: [{label, color}], show(value), isStepped, atLeast: the top of an empty graph, unit: the
   *     smallest step of the scale}; color names a custom property of the page's style */
  constructor(parent, options) {
    this.#options = options;
    this.#caption = make('figcaption', '');
    this.#canvas = make('div', 'plot');
    this.#canvas.setAttribute('role', 'img');
    this.#figure = make('figure', 'graph', this.#caption, this.#canvas);
    parent.append(this.#figure);
    new ResizeObserver(() => this.#resize()).observe(this.#canvas);
    dark.addEventListener('change', () => this.#rebuild());
  }

  /** Draws these columns: times in seconds, then one column for each line. */
  update(data) {
    this.#data = data;
    const now = this.#options.lines.map((each, i) => each.label + ' ' + this.#options.show(data[i + 1].at(-1))).join(', ');
    this.#legend(data);
    this.#canvas.setAttribute('aria-label', this.#options.title + ' over time; now ' + now);
    if (this.#plot === null) {
      this.#rebuild();
    } else {
      this.#plot.setData(data);
    }
  }

  #legend(data) {
    const { title, lines, show } = this.#options;
    if (this.#caption.children.length === 0) {
      this.#caption.append(make('b', '', title), ...lines.map((each) => make('span', 'key ' + each.color, make('i', ''), each.label + ' ', make('span', 'value'))));
    }
    this.#caption.querySelectorAll('.value').forEach((value, i) => setText(value, show(data[i + 1].at(-1))));
  }

  #resize() {
    const width = this.#canvas.clientWidth;
    if (width === 0) {
      return;
    }
    if (this.#plot === null) {
      this.#rebuild();
    } else if (this.#plot.width !== width) {
      this.#plot.setSize({ width, height: HEIGHT });
    }
  }

  #rebuild() {
    this.#plot?.destroy();
    this.#plot = null;
    if (this.#data !== null && this.#canvas.clientWidth > 0) {
      this.#plot = new uPlot(this.#plotOptions(), this.#data, this.#canvas);
    }
  }

  #plotOptions() {
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue('--' + name).trim();
    const axis = { stroke: color('muted'), font: '11px system-ui, sans-serif', grid: { stroke: color('rule'), width: 1 }, ticks: { show: false } };
    const { lines, show, isStepped = false, atLeast = 1, unit = 1 } = this.#options;
    return {
      width: this.#canvas.clientWidth,
      height: HEIGHT,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: true }, y: { range: (plot, min, max) => [0, Math.max(atLeast, (max ?? 0) * 1.1)] } },
      axes: [
        { ...axis, size: 24, space: 60, values: (plot, splits, axisIndex, space, step) => splits.map((each) => timeOf(each, step)) },
        { ...axis, size: 56, space: 26, values: (plot, splits) => splits.map(show), incrs: STEPS.map((each) => each * unit) },
      ],
      series: [
        {},
        ...lines.map((each) => ({
          stroke: color(each.color),
          width: 1.5,
          points: { show: (plot) => plot.data[0].length < 2, size: 5 },
          ...(isStepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
        })),
      ],
    };
  }
}
