export const levels = ['Verbose', 'Debug', 'Information', 'Warning', 'Error', 'Fatal'];
export const shortNames = { Verbose: 'VRB', Debug: 'DBG', Information: 'INF', Warning: 'WRN', Error: 'ERR', Fatal: 'FTL' };

const byWord = {
  verbose: 'Verbose', vrb: 'Verbose', trace: 'Verbose', trce: 'Verbose', trc: 'Verbose',
  debug: 'Debug', dbug: 'Debug', dbg: 'Debug',
  information: 'Information', info: 'Information', inf: 'Information', notice: 'Information',
  warning: 'Warning', warn: 'Warning', wrn: 'Warning',
  error: 'Error', fail: 'Error', err: 'Error', eror: 'Error',
  fatal: 'Fatal', ftl: 'Fatal', critical: 'Fatal', crit: 'Fatal',
};
const levelWord = /\b(?:verbose|vrb|trace|trce|trc|debug|dbug|dbg|information|info|inf|notice|warning|warn|wrn|error|fail|err|fatal|ftl|critical|crit)\b/i;
const jsonLevel = /"(?:@l|level|Level|LogLevel|logLevel|severity)"\s*:\s*"(\w+)"/;
const headLength = 120;

/** The level of a line; null if it does not say one. Quick, because it is asked of every line. */
export function levelOf(raw) {
  if (raw.startsWith('{')) {
    const found = jsonLevel.exec(raw);
    return found ? byWord[found[1].toLowerCase()] ?? null : raw.includes('"@t"') ? 'Information' : null;
  }

  const word = levelWord.exec(raw.slice(0, headLength));
  return word ? byWord[word[0].toLowerCase()] : null;
}

/** Whether a line continues the event above: an indented line, such as one of a stack trace. */
export function continues(raw) {
  return raw.startsWith(' ') || raw.startsWith('\t');
}

/** The parts of a line: time, message, exception and properties. A line that is no JSON object has only a message. */
export function parse(raw) {
  if (!raw.startsWith('{')) return { message: raw };
  let event;
  try {
    event = JSON.parse(raw);
  } catch {
    return { message: raw };
  }

  const at = event['@t'];
  return typeof at === 'string' ? ofClef(event, at) : ofJson(event, raw);
}

function ofClef(event, at) {
  const properties = Object.entries(event)
    .filter(([name]) => !/^@[a-zA-Z]+$/.test(name))
    .map(([name, value]) => [name.startsWith('@@') ? name.slice(1) : name, value]);
  return {
    time: at,
    template: event['@mt'],
    message: String(event['@m'] ?? render(String(event['@mt'] ?? ''), event, event['@r'] ?? [])),
    exception: event['@x'],
    id: event['@i'],
    trace: event['@tr'],
    span: event['@sp'],
    properties,
  };
}

function ofJson(event, raw) {
  const pick = (...names) => names.map(name => event[name]).find(value => typeof value === 'string');
  return {
    time: pick('time', 'Time', 'timestamp', 'Timestamp', '@timestamp'),
    message: pick('message', 'Message', 'msg') ?? raw,
    exception: pick('exception', 'Exception'),
    properties: Object.entries(event),
  };
}

function render(template, event, formatted) {
  let next = 0;
  return template.replace(/\{\{|\}\}|\{[@$]?(\w+)(?:,-?\d+)?(:[^{}]+)?\}/g, (token, name, format) => {
    if (token === '{{') return '{';
    if (token === '}}') return '}';
    if (format && next < formatted.length) return String(formatted[next++]);
    return Object.hasOwn(event, name) ? plain(event[name]) : token;
  });
}

/** A property's value as text. */
export function plain(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The time of day; the whole text if it is no time. */
export function clock(text) {
  const time = /^\d{4}-\d\d-\d\d[T ](\d\d:\d\d:\d\d(?:\.\d{1,3})?)/.exec(text);
  return time ? time[1].padEnd(12, time[1].includes('.') ? '0' : ' ') : text.slice(0, 12);
}
