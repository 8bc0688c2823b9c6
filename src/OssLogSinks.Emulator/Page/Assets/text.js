// Characters that would change what a reader sees: controls, ANSI escapes, bidirectional marks, invisible spaces.
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

function sign(character) {
  const code = character.charCodeAt(0);
  return code < 0x20 ? String.fromCharCode(0x2400 + code)
    : code === 0x7f ? '\u2421'
    : `\u27e8U+${code.toString(16).toUpperCase().padStart(4, '0')}\u27e9`;
}

/** The text with a visible sign for each hidden character. Line ends and tabs stay. */
export function visible(text) {
  return text.replace(hidden, sign);
}

/** The same on one line. */
export function visibleLine(text) {
  return visible(text.replace(/\r\n|\n/g, '\u23ce').replace(/\t/g, '  '));
}

/** An element with a class and a text. Text is only ever set as text. */
export function element(name, className = '', text = '') {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** Bytes for people. */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** Reads JSON of the API; throws what it says is wrong. */
export async function read(path, options) {
  const answer = await fetch(path, options);
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error((body.errors ?? [`The emulator answered ${answer.status}.`]).join(' '));
  return body;
}
