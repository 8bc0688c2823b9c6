import { levels, shortNames } from './entries.js';
import { FaultPanel } from './faults.js';
import { LineList } from './lines.js';
import { startSite } from './site.js';
import { LogSource } from './source.js';
import { element, read, visibleLine } from './text.js';
import { startTraffic } from './traffic.js';
import { ObjectTree } from './tree.js';

const treeInterval = 3_000;
const faultInterval = 2_000;
const searchPause = 120;
const get = id => document.getElementById(id);

const chosenLevels = new Set(levels);
const list = new LineList(get('lines'), get('sizer'), showState);
const source = new LogSource(list, tell);
const tree = new ObjectTree(get('tree'), path => go(get('bucket').value, path));
const faults = new FaultPanel();
const isTraffic = () => !get('traffic').hidden;
const drawTraffic = startTraffic(isTraffic);
const readSite = startSite(isTraffic);
let searchTimer = 0;

function tell(facts, notice) {
  if (facts !== null && facts !== '') get('facts').textContent = facts;
  if (notice === null) notice = '';
  get('notice').textContent = notice;
  get('notice').hidden = notice === '';
}

function showState() {
  const all = list.total.toLocaleString('en');
  get('count').textContent = list.count === list.total ? `${all} lines` : `${list.count.toLocaleString('en')} of ${all} lines`;
  get('follow').setAttribute('aria-pressed', list.following);
}

function filter() {
  list.filter(get('search').value, chosenLevels.size === levels.length ? null : chosenLevels);
}

// The address names what is open, so that it can be kept and sent: #/bucket/key, or a prefix that ends with a slash.
function go(bucket, path) {
  const address = `#/${encodeURIComponent(bucket)}/${path.split('/').map(encodeURIComponent).join('/')}`;
  if (location.hash === address) open();
  else location.hash = address;
  closeMenu();
}

async function open() {
  const [bucket, ...rest] = location.hash.slice(2).split('/').map(decodeURIComponent);
  const buckets = [...get('bucket').options].map(option => option.value);
  const known = buckets.includes(bucket) ? bucket : buckets[0];
  if (!known) return tell('', 'There is no bucket yet. Start the emulator with --bucket NAME.');
  const path = known === bucket ? rest.join('/') : '';
  get('bucket').value = known;
  await tree.show(known);
  await tree.reveal(path);
  tree.select(path);
  showView('logs');
  const isPrefix = path === '' || path.endsWith('/');
  get('title').textContent = visibleLine(isPrefix ? `${known}/${path}*` : `${known}/${path}`);
  get('download').hidden = isPrefix;
  get('download').href = `api/content?${new URLSearchParams({ bucket: known, key: path })}`;
  get('download').download = path.split('/').at(-1);
  list.following = isPrefix;
  if (isPrefix) source.openPrefix(known, path);
  else await source.openObject(known, path);
}

function showView(name) {
  for (const view of ['logs', 'traffic']) {
    get(view).hidden = view !== name;
    get(`view-${view}`).setAttribute('aria-pressed', view === name);
  }
  if (name === 'traffic') {
    drawTraffic();
    readSite();
    faults.refresh().catch(() => {});
  }
}

function closeMenu() {
  get('side').classList.remove('open');
  get('menu').setAttribute('aria-expanded', false);
}

function makeLevels() {
  for (const level of levels) {
    const button = element('button', `level-button ${level}`, shortNames[level]);
    button.setAttribute('aria-pressed', true);
    button.setAttribute('aria-label', level);
    button.addEventListener('click', () => {
      if (!chosenLevels.delete(level)) chosenLevels.add(level);
      button.setAttribute('aria-pressed', chosenLevels.has(level));
      filter();
    });
    get('levels').append(button);
  }
}

const keys = {
  1: () => showView('logs'),
  2: () => showView('traffic'),
  '/': () => get('search').focus(),
  j: () => list.move(1),
  k: () => list.move(-1),
  ArrowDown: () => list.move(1),
  ArrowUp: () => list.move(-1),
  Enter: () => list.toggleCurrent(),
  g: () => list.toFirst(),
  G: () => list.toLast(),
  f: () => { list.following = !list.following; },
  b: () => {
    get('side').classList.add('open');
    tree.focus();
  },
  '?': () => get('help').showModal(),
  Escape: () => {
    closeMenu();
    list.foldAll();
  },
};

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || get('help').open) return;
  const inField = event.target.matches('input, select, textarea');
  if (inField) {
    if (event.key === 'Escape' || (event.key === 'Enter' && event.target === get('search'))) get('lines').focus();
    return;
  }

  // Enter and Space press the button that has the focus.
  if (event.key === 'Enter' && event.target.matches('button, a')) return;
  const action = keys[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

async function start() {
  makeLevels();
  get('view-logs').addEventListener('click', () => showView('logs'));
  get('view-traffic').addEventListener('click', () => showView('traffic'));
  get('follow').addEventListener('click', () => { list.following = !list.following; });
  get('help-open').addEventListener('click', () => get('help').showModal());
  get('menu').addEventListener('click', () => get('menu').setAttribute('aria-expanded', get('side').classList.toggle('open')));
  get('bucket').addEventListener('change', () => go(get('bucket').value, ''));
  get('search').addEventListener('input', () => {
    clearTimeout(searchTimer);
    searchTimer = setTimeout(filter, searchPause);
  });
  window.addEventListener('hashchange', open);

  const [emulator, buckets] = await Promise.all([read('api/emulator'), read('api/buckets')]);
  get('endpoint').textContent = `${emulator.endpoint}  ${emulator.region}  ${emulator.accessKeyId}`;
  for (const { name } of buckets) get('bucket').append(new Option(name, name));
  setInterval(() => { if (!document.hidden && !isTraffic()) tree.refresh().catch(() => {}); }, treeInterval);
  setInterval(() => { if (!document.hidden) faults.refresh().catch(() => {}); }, faultInterval);
  faults.refresh().catch(() => {});
  await open();
}

start().catch(fault => tell('', fault.message));
