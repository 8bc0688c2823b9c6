import { read, visible } from './text.js';

const interval = 2_000;
const kept = 'site-url';
const get = id => document.getElementById(id);

/** Shows a page of the reader's own site, its health for instance, again and again. */
export function startSite(isShown) {
  let url = localStorage.getItem(kept) ?? '';
  get('site-url').value = url;

  async function update() {
    if (!url || !isShown() || document.hidden) return;
    let text;
    try {
      const answer = await read(`api/site?${new URLSearchParams({ url })}`);
      text = `${answer.status}\n${pretty(answer.text)}`;
    } catch (fault) {
      text = fault.message;
    }
    get('site-text').textContent = visible(text);
    get('site-text').classList.remove('dim');
  }

  get('site-form').addEventListener('submit', event => {
    event.preventDefault();
    url = get('site-url').value;
    localStorage.setItem(kept, url);
    update();
  });
  setInterval(update, interval);
  return update;
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
