import { element, read, visibleLine } from './text.js';

const kinds = {
  '': ['Latency only', 'The request waits, then it is carried out.'],
  DropAfter: ['Answer lost', 'Written, then the connection is closed without an answer.'],
  DropBefore: ['Request lost', 'The connection is closed. Nothing is written.'],
  CommitLater: ['Written late', 'The connection is closed, and the append is written some milliseconds later.'],
  ResetInBody: ['Reset in the body', 'The connection is closed while the body arrives. Nothing is written.'],
  ErrorBefore: ['500, not written', '500 InternalError. Nothing is written.'],
  ErrorAfter: ['500, but written', 'Written, then 500 InternalError.'],
  CodedErrorAfter: ['Error code, but written', 'Written, then 503, 400 RequestTimeout, 429 or 409 StaleFile.'],
  Unavailable: ['503', '503 ServiceUnavailable. Nothing is written.'],
  TooManyRequests: ['429', '429 QpsLimitExceeded. Nothing is written.'],
  BadGateway: ['502', '502 without a body, before or after writing.'],
  GatewayPage: ['Gateway page', 'An HTML page of a proxy, before or after writing.'],
  KindChange: ['Object closed', 'Written, then the object is sealed, converted or locked, and the answer is lost.'],
  DeliveredTwice: ['Sent twice', 'The request is carried out twice, like behind a proxy that repeats it.'],
  LyingClock: ['Wrong clock', '403 RequestTimeTooSkewed with a wrong time. Nothing is written.'],
  CutAnswer: ['Answer cut', 'The body of a read ends half way.'],
  All: ['Anything', 'Each hit is another kind, by chance.'],
};

const operations = {
  AppendObject: 'AppendObject',
  HeadObject: 'HeadObject',
  GetObject: 'GetObject',
  PutObject: 'PutObject',
  ListObjectsV2: 'ListObjectsV2',
  Any: 'every operation',
};

const get = id => document.getElementById(id);

/** The panel of faults: shows what is on, adds and ends rules. */
export class FaultPanel {
  #rules = [];

  constructor() {
    for (const [kind, [name]] of Object.entries(kinds)) get('fault-kind').append(option(kind, name));
    for (const [operation, name] of Object.entries(operations)) get('fault-operation').append(option(operation, name));
    get('fault-kind').value = 'DropAfter';
    get('fault-kind').addEventListener('change', () => this.#describe());
    get('fault-rate').addEventListener('input', () => this.#describe());
    get('fault-form').addEventListener('submit', event => {
      event.preventDefault();
      this.#put([...this.#rules, this.#read()]);
    });
    get('fault-clear').addEventListener('click', () => this.#send({ method: 'DELETE' }));
    this.#describe();
  }

  /** Reads what is on. Several pages, and programs, may change it. */
  async refresh() {
    this.#show(await read('faults'));
  }

  #describe() {
    get('fault-says').textContent = kinds[get('fault-kind').value][1];
    get('fault-rate-says').textContent = `${get('fault-rate').value} %`;
  }

  #read() {
    const latency = get('fault-latency').valueAsNumber;
    return {
      operation: get('fault-operation').value,
      keyPrefix: get('fault-prefix').value || undefined,
      kind: get('fault-kind').value || undefined,
      rate: get('fault-rate').valueAsNumber / 100,
      latencyMilliseconds: latency > 0 ? latency : undefined,
    };
  }

  #put(rules) {
    const kept = rules.map(({ injected, ...rule }) => rule);
    return this.#send({ method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ rules: kept }) });
  }

  async #send(options) {
    const error = get('fault-error');
    try {
      this.#show(await read('faults', options));
      error.hidden = true;
    } catch (fault) {
      error.textContent = fault.message;
      error.hidden = false;
    }
  }

  #show(state) {
    this.#rules = state.rules;
    const isOn = state.rules.length > 0;
    get('fault-badge').hidden = !isOn;
    get('fault-clear').hidden = !isOn;
    get('fault-list').replaceChildren(...state.rules.map((rule, i) => this.#item(rule, i)));
  }

  #item(rule, i) {
    const item = element('li');
    const kind = (rule.kind ?? '').split(', ').filter(Boolean).map(name => kinds[name]?.[0] ?? name).join(' or ');
    const latency = rule.latencyMilliseconds ? `${rule.latencyMilliseconds} ms` : '';
    const what = [kind, latency].filter(Boolean).join(' and ');
    const where = rule.keyPrefix ? ` below ${visibleLine(rule.keyPrefix)}` : '';
    item.append(
      element('span', '', `${what}: ${Math.round(rule.rate * 100)} % of ${operations[rule.operation] ?? rule.operation}${where}`),
      element('span', 'dim', `${rule.injected} hit`));
    const end = element('button', '', 'End');
    end.setAttribute('aria-label', `End ${what}`);
    end.addEventListener('click', () => this.#put(this.#rules.filter((_, other) => other !== i)));
    item.append(end);
    return item;
  }
}

function option(value, text) {
  const made = element('option', '', text);
  made.value = value;
  return made;
}
