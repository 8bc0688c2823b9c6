import { read, size } from './text.js';

const svg = 'http://www.w3.org/2000/svg';
const interval = 1_000;
const charts = ['appends', 'bytes', 'refusals', 'faults'];

function shape(name, className, attributes) {
  const made = document.createElementNS(svg, name);
  made.setAttribute('class', className);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

// A round number, so that the scale does not move with each value.
function ceiling(value) {
  if (value <= 5) return 5;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map(step => step * power).find(step => step >= value);
}

function draw(name, values) {
  const chart = document.getElementById(`chart-${name}`);
  const top = ceiling(Math.max(...values));
  const x = i => (i / (values.length - 1)) * 120;
  const y = value => 98 - (value / top) * 92;
  const points = values.map((value, i) => `${x(i).toFixed(2)},${y(value).toFixed(2)}`).join(' ');
  chart.setAttribute('viewBox', '0 0 120 100');
  chart.setAttribute('preserveAspectRatio', 'none');
  chart.setAttribute('role', 'img');
  const says = name === 'bytes' ? size : value => value.toLocaleString('en');
  const now = says(values.at(-1));
  chart.setAttribute('aria-label', `${name}: now ${now}, at most ${says(Math.max(...values))} a second in the last two minutes`);
  chart.setAttribute('class', name === 'refusals' || name === 'faults' ? 'alarm' : '');
  chart.replaceChildren(
    shape('line', 'grid', { x1: 0, x2: 120, y1: y(top), y2: y(top) }),
    shape('line', 'grid', { x1: 0, x2: 120, y1: y(top / 2), y2: y(top / 2) }),
    shape('line', 'grid', { x1: 0, x2: 120, y1: y(0), y2: y(0) }),
    shape('polygon', 'area', { points: `0,98 ${points} 120,98` }),
    shape('polyline', 'curve', { points }));
  document.getElementById(`now-${name}`).textContent = now;

  let scale = chart.nextElementSibling;
  if (!scale) {
    scale = document.createElement('div');
    scale.className = 'scale';
    scale.append(document.createElement('span'), document.createElement('span'));
    chart.after(scale);
  }
  scale.firstChild.textContent = 'two minutes ago';
  scale.lastChild.textContent = `top ${says(top)}`;
}

/** Draws the charts each second while they can be seen. */
export function startTraffic(isShown) {
  async function update() {
    if (!isShown() || document.hidden) return;
    // The last second still runs, so its numbers are too small.
    const seconds = (await read('api/traffic')).slice(0, -1);
    for (const name of charts) draw(name, seconds.map(second => second[name]));
  }

  const quietly = () => update().catch(() => {});
  setInterval(quietly, interval);
  return quietly;
}
