import { visibleLine } from './text.js';

const retryMilliseconds = 1_000;
const addAtOnce = 5_000;

/** Fills a list from one object or from everything below a prefix, and goes on as appends arrive. */
export class LogSource {
  #list; #tell;
  #events = null;
  #retry = 0;
  #turn = 0;
  #adding = Promise.resolve();
  // The unfinished last line of each object: the line in the list that the next text continues.
  #unfinished = new Map();

  /** @param tell Called with facts and a notice about what is shown. */
  constructor(list, tell) {
    this.#list = list;
    this.#tell = tell;
  }

  close() {
    this.#turn++;
    clearTimeout(this.#retry);
    this.#events?.close();
    this.#events = null;
    this.#unfinished.clear();
    this.#list.clear();
  }

  async openObject(bucket, key) {
    this.close();
    const turn = this.#turn;
    this.#tell('Loading …', '');
    const answer = await fetch(`api/content?${new URLSearchParams({ bucket, key })}`);
    if (!answer.ok) {
      const { errors } = await answer.json();
      if (turn === this.#turn) this.#tell('', errors.join(' '));
      return;
    }

    const text = new TextDecoder().decode(await answer.arrayBuffer());
    if (turn !== this.#turn) return;
    const skipped = Number(answer.headers.get('X-Text-Skipped'));
    const length = Number(answer.headers.get('X-Object-Length'));
    const fault = decodeURIComponent(answer.headers.get('X-Text-Fault') ?? '');
    const notice = [skipped > 0 ? `Only the end is shown; ${skipped.toLocaleString('en')} bytes are before it.` : '', fault].join(' ').trim();
    this.#tell(`${decodeURIComponent(answer.headers.get('X-Object-Description'))}, CRC-64 ${answer.headers.get('X-Object-Crc64')}`, notice);
    await this.#addText(skipped > 0 ? text.slice(text.indexOf('\n') + 1) : text, '', '');
    if (turn === this.#turn) this.#follow({ bucket, prefix: key, exact: '1' }, length, false);
  }

  openPrefix(bucket, prefix) {
    this.close();
    this.#tell('live tail', '');
    this.#follow({ bucket, prefix }, null, true);
  }

  #follow(query, from, showsOrigin) {
    const parameters = new URLSearchParams(query);
    if (from !== null) parameters.set('from', from);
    const events = new EventSource(`api/tail?${parameters}`);
    let length = from;
    events.addEventListener('append', event => {
      const news = JSON.parse(event.data);
      const origin = showsOrigin ? news.key : '';
      if (news.restarted) this.#restarted(news.key, showsOrigin);
      if (news.fault) this.#tell('', `${visibleLine(news.key)}: ${news.fault}`);
      length = news.length;
      this.#addText(news.text, news.key, origin);
    });
    events.addEventListener('deleted', event => {
      const { key } = JSON.parse(event.data);
      this.#unfinished.delete(key);
      this.#tell('', `${visibleLine(key)} was deleted. What it contained is still shown.`);
    });
    // The browser would repeat the same request, and so the same lines.
    events.onerror = () => {
      events.close();
      const turn = this.#turn;
      this.#tell('', 'The emulator does not answer. Trying again …');
      this.#retry = setTimeout(() => {
        if (turn !== this.#turn) return;
        if (showsOrigin) this.openPrefix(query.bucket, query.prefix);
        else this.#follow(query, length, false);
      }, retryMilliseconds);
    };
    events.onopen = () => this.#tell(null, null);
    this.#events = events;
  }

  #restarted(key, showsOrigin) {
    this.#unfinished.delete(showsOrigin ? key : '');
    if (!showsOrigin) {
      this.#unfinished.clear();
      this.#list.clear();
    }
    this.#tell('', `${visibleLine(key)} was replaced. It is shown from its beginning.`);
  }

  // One text after the other: a long one is added in slices.
  #addText(text, key, origin) {
    const turn = this.#turn;
    this.#adding = this.#adding.then(() => this.#addNow(text, key, origin, turn));
    return this.#adding;
  }

  // An append may end within a line; the next one continues it.
  async #addNow(text, key, origin, turn) {
    if (turn !== this.#turn) return;
    const name = origin ? key : '';
    const lines = text.split('\n');
    const rest = lines.pop();
    const unfinished = this.#unfinished.get(name);
    if (unfinished && text.length > 0) {
      this.#list.extend(unfinished, withoutReturn(lines.length > 0 ? lines.shift() : rest));
      if (!text.includes('\n')) return;
      this.#unfinished.delete(name);
    }

    for (let at = 0; at < lines.length; at += addAtOnce) {
      this.#list.add(lines.slice(at, at + addAtOnce).map(withoutReturn), origin);
      if (at + addAtOnce < lines.length) await new Promise(resolve => setTimeout(resolve));
      if (turn !== this.#turn) return;
    }

    if (rest.length > 0) this.#unfinished.set(name, this.#list.add([rest], origin));
  }
}

function withoutReturn(line) {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
