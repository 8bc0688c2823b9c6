import { clock, continues, levelOf, parse, plain, shortNames } from './entries.js';
import { element, visible, visibleLine } from './text.js';

const rowHeight = 22;
const margin = 12;
const maxLines = 500_000;
const dropped = 50_000;
const summaryLength = 2_000;
const detailLength = 200_000;
const filterSlice = 4_000;

/** Log lines in a scrolled area. Only the rows in sight are elements, so 100,000 lines scroll as 100 do. */
export class LineList {
  #area; #sizer; #changed;
  #lines = [];
  // Ascending indexes of the lines that pass the filter.
  #shown = [];
  // Heights of unfolded details by line, and the same by position, sorted.
  #open = new Map();
  #openAt = [];
  #rows = new Map();
  #current = -1;
  #search = '';
  #levels = null;
  #filterRun = 0;
  #drawing = false;
  #followed = true;
  #lastTop = 0;
  // The line that was just unfolded; its detail is brought into sight.
  #revealed = -1;

  constructor(area, sizer, changed) {
    this.#area = area;
    this.#sizer = sizer;
    this.#changed = changed;
    area.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#draw()).observe(area);
    sizer.addEventListener('click', event => this.#clicked(event));
  }

  get following() { return this.#followed; }
  get total() { return this.#lines.length; }
  get count() { return this.#shown.length; }

  set following(on) {
    this.#followed = on;
    if (on) this.#toEnd();
    this.#changed();
  }

  clear() {
    this.#lines = [];
    this.#current = -1;
    this.#forgetRows();
    this.filter(this.#search, this.#levels);
  }

  /** Adds lines and returns the last one, which can be extended. */
  add(texts, from = '') {
    let above = this.#lines.at(-1);
    for (const raw of texts) {
      const line = { raw, from, level: levelOf(raw), parsed: null };
      if (line.level === null && above?.from === from && continues(raw)) line.level = above.level;
      if (this.#passes(line)) this.#shown.push(this.#lines.length);
      this.#lines.push(line);
      above = line;
    }

    if (this.#lines.length > maxLines) this.#dropOldest();
    this.#resized();
    return above;
  }

  extend(line, text) {
    line.raw += text;
    line.level = levelOf(line.raw);
    line.parsed = null;
    this.#forgetRows();
    this.#resized();
  }

  /** Shows only lines with the text and one of the levels; null shows all levels. Works in slices, so that the page answers meanwhile. */
  async filter(search, levels) {
    const run = ++this.#filterRun;
    const current = this.#current < 0 ? -1 : this.#shown[this.#current];
    this.#search = search.toLowerCase();
    this.#levels = levels;
    const shown = [];
    for (let i = 0; i < this.#lines.length; i++) {
      if (this.#passes(this.#lines[i])) shown.push(i);
      if (i % filterSlice === filterSlice - 1) {
        await new Promise(resolve => setTimeout(resolve));
        if (run !== this.#filterRun) return;
      }
    }

    this.#shown = shown;
    this.#current = current < 0 ? -1 : shown.indexOf(current);
    this.#forgetRows();
    this.#placeOpen();
    this.#resized();
  }

  move(by) {
    const to = Math.max(0, Math.min(this.#shown.length - 1, this.#current < 0 ? this.#firstInSight() : this.#current + by));
    this.#goTo(to);
  }

  toFirst() { this.#goTo(0); }
  toLast() { this.#goTo(this.#shown.length - 1); }

  toggleCurrent() {
    if (this.#current >= 0) this.#toggle(this.#shown[this.#current]);
  }

  foldAll() {
    this.#open.clear();
    this.#forgetRows();
    this.#placeOpen();
    this.#resized();
  }

  #passes(line) {
    if (this.#levels && !this.#levels.has(line.level ?? 'Information')) return false;
    if (!this.#search) return true;
    return line.raw.toLowerCase().includes(this.#search) || this.#parsed(line).message.toLowerCase().includes(this.#search);
  }

  #parsed(line) {
    return line.parsed ??= parse(line.raw);
  }

  #dropOldest() {
    this.#lines.splice(0, dropped);
    this.#open.clear();
    this.#current = -1;
    this.#forgetRows();
    this.#shown = this.#shown.filter(i => i >= dropped).map(i => i - dropped);
    this.filter(this.#search, this.#levels);
  }

  #goTo(position) {
    if (this.#shown.length === 0) return;
    this.#current = position;
    const top = this.#topOf(position);
    const bottom = top + rowHeight;
    if (top < this.#area.scrollTop) this.#area.scrollTop = top;
    else if (bottom > this.#area.scrollTop + this.#area.clientHeight) this.#area.scrollTop = bottom - this.#area.clientHeight;
    this.#forgetRows();
    this.#draw();
  }

  #clicked(event) {
    const summary = event.target.closest('.summary');
    if (!summary || String(getSelection()).length > 0) return;
    const index = Number(summary.parentElement.dataset.line);
    this.#current = this.#shown.indexOf(index);
    this.#toggle(index);
    this.#area.focus({ preventScroll: true });
  }

  #toggle(index) {
    if (!this.#open.delete(index)) {
      this.#open.set(index, 0);
      this.#revealed = index;
    }
    this.#followed = false;
    this.#forgetRows();
    this.#placeOpen();
    this.#resized();
  }

  #placeOpen() {
    const at = new Map(this.#open.size > 0 ? this.#shown.map((line, position) => [line, position]) : []);
    this.#openAt = [...this.#open].filter(([line]) => at.has(line)).map(([line, height]) => ({ line, height, position: at.get(line) }));
    this.#openAt.sort((a, b) => a.position - b.position);
  }

  #topOf(position) {
    let top = position * rowHeight;
    for (const open of this.#openAt) {
      if (open.position >= position) break;
      top += open.height;
    }
    return top;
  }

  #positionAt(y) {
    let added = 0;
    for (const open of this.#openAt) {
      const end = (open.position + 1) * rowHeight + added + open.height;
      if (y < open.position * rowHeight + added) break;
      if (y < end) return open.position;
      added += open.height;
    }
    return Math.floor((y - added) / rowHeight);
  }

  #firstInSight() { return Math.min(this.#positionAt(this.#area.scrollTop + rowHeight - 1), this.#shown.length - 1); }

  #scrolled() {
    // Only a scroll upwards is the reader's wish to stay.
    if (this.#area.scrollTop < this.#lastTop - 2 && this.#followed) {
      this.#followed = false;
      this.#changed();
    }
    this.#lastTop = this.#area.scrollTop;
    this.#draw();
  }

  #toEnd() {
    this.#area.scrollTop = this.#area.scrollHeight;
    this.#lastTop = this.#area.scrollTop;
  }

  #resized() {
    this.#sizer.style.height = `${this.#topOf(this.#shown.length)}px`;
    if (this.#followed) this.#toEnd();
    this.#lastTop = this.#area.scrollTop;
    this.#draw();
    this.#changed();
  }

  #forgetRows() {
    this.#sizer.replaceChildren();
    this.#rows.clear();
  }

  #draw() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#drawNow();
    });
  }

  #drawNow() {
    const top = this.#area.scrollTop;
    const first = Math.max(0, this.#positionAt(top) - margin);
    const last = Math.min(this.#shown.length - 1, this.#positionAt(top + this.#area.clientHeight) + margin);
    const keep = new Set();
    for (let position = first; position <= last; position++) {
      const index = this.#shown[position];
      keep.add(index);
      let row = this.#rows.get(index);
      if (!row) {
        row = this.#makeRow(index, position);
        this.#rows.set(index, row);
        this.#sizer.append(row);
      }
      row.style.top = `${this.#topOf(position)}px`;
    }

    for (const [index, row] of this.#rows) {
      if (!keep.has(index)) {
        row.remove();
        this.#rows.delete(index);
      }
    }

    this.#measure();
  }

  // The height of a detail is only known once it is laid out.
  #measure() {
    let differs = false;
    for (const open of this.#openAt) {
      const row = this.#rows.get(open.line);
      const height = row ? row.offsetHeight - rowHeight : open.height;
      if (height !== open.height) {
        this.#open.set(open.line, height);
        differs = true;
      }
    }

    if (differs) {
      this.#placeOpen();
      this.#resized();
    }
    this.#reveal();
  }

  #reveal() {
    const open = this.#openAt.find(({ line }) => line === this.#revealed);
    if (!open || open.height === 0) return;
    this.#revealed = -1;
    const top = this.#topOf(open.position);
    const hidden = top + rowHeight + open.height - (this.#area.scrollTop + this.#area.clientHeight);
    if (hidden > 0) this.#area.scrollTop = Math.min(top, this.#area.scrollTop + hidden);
  }

  #makeRow(index, position) {
    const line = this.#lines[index];
    const parsed = this.#parsed(line);
    const row = element('div', position === this.#current ? 'line current' : 'line');
    row.dataset.line = index;
    const summary = element('div', 'summary');
    if (parsed.time) summary.append(element('span', 'time', visibleLine(clock(parsed.time))));
    if (line.from) {
      const from = element('span', 'from', visibleLine(line.from.slice(line.from.lastIndexOf('/') + 1)));
      from.title = visibleLine(line.from);
      summary.append(from);
    }
    summary.append(element('span', `level ${line.level ?? ''}`, shortNames[line.level] ?? ''));
    summary.append(this.#marked(visibleLine(this.#short(parsed)), `text ${line.level ?? ''}`));
    row.append(summary);
    if (this.#open.has(index)) row.append(this.#makeDetail(line, parsed));
    return row;
  }

  #short(parsed) {
    const text = parsed.exception ? `${parsed.message}  ${String(parsed.exception).split('\n', 1)[0]}` : parsed.message;
    return text.length > summaryLength ? `${text.slice(0, summaryLength)} … ${text.length.toLocaleString('en')} characters` : text;
  }

  #marked(text, className) {
    const span = element('span', className);
    const lower = this.#search ? text.toLowerCase() : '';
    // A character may get longer in lower case; then places do not match, and nothing is marked.
    if (!this.#search || lower.length !== text.length) {
      span.textContent = text;
      return span;
    }

    let end = 0;
    for (let at = lower.indexOf(this.#search); at >= 0; at = lower.indexOf(this.#search, end)) {
      span.append(text.slice(end, at), element('mark', '', text.slice(at, at + this.#search.length)));
      end = at + this.#search.length;
    }
    span.append(text.slice(end));
    return span;
  }

  #makeDetail(line, parsed) {
    const detail = element('div', 'detail');
    const table = element('table');
    const add = (name, value, className = '') => {
      if (value === undefined || value === null) return;
      const row = element('tr', className);
      row.append(element('th', '', visibleLine(name)), element('td', '', cut(visible(typeof value === 'object' ? JSON.stringify(value, null, 2) : plain(value)))));
      table.append(row);
    };

    if (parsed.properties) {
      add('time', parsed.time);
      add('message', parsed.message);
      add('template', parsed.template);
      add('exception', parsed.exception, 'exception');
      add('event id', parsed.id);
      add('trace', parsed.trace);
      add('span', parsed.span);
      for (const [name, value] of parsed.properties) add(name, value);
    }
    if (line.from) add('object', line.from);
    add(parsed.properties ? 'line' : 'text', line.raw);
    detail.append(table);
    return detail;
  }
}

function cut(text) {
  return text.length > detailLength ? `${text.slice(0, detailLength)} … ${text.length.toLocaleString('en')} characters; the rest is not shown.` : text;
}
