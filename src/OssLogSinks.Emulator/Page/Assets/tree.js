import { element, read, size, visibleLine } from './text.js';

/** The objects of a bucket by prefix. Folders load when they are opened, and again while they are open. */
export class ObjectTree {
  #root; #chosen;
  #bucket = '';
  #selected = '';
  #open = new Map();
  #drawn = '';

  /** @param chosen Called with the key of an object, or with a prefix that ends with / or is empty. */
  constructor(root, chosen) {
    this.#root = root;
    this.#chosen = chosen;
    root.addEventListener('keydown', event => this.#pressed(event));
  }

  async show(bucket) {
    this.#bucket = bucket;
    this.#open = new Map([['', null]]);
    await this.refresh();
  }

  select(path) {
    this.#selected = path;
    this.#draw();
  }

  focus() {
    (this.#root.querySelector('[aria-selected="true"]') ?? this.#root.querySelector('.node'))?.focus();
  }

  /** Opens every folder on the way to a key. */
  async reveal(path) {
    const parts = path.split('/').slice(0, -1);
    for (let i = 1; i <= parts.length; i++) this.#openFolder(`${parts.slice(0, i).join('/')}/`);
    await this.refresh();
  }

  async refresh() {
    const bucket = this.#bucket;
    if (!bucket) return;
    for (const [prefix, known] of [...this.#open]) {
      const listing = await this.#list(prefix, known?.pages ?? 1);
      if (bucket !== this.#bucket) return;
      if (this.#open.has(prefix)) this.#open.set(prefix, listing);
    }
    this.#draw();
  }

  async #list(prefix, pages) {
    const listing = { folders: [], objects: [], next: '', pages };
    for (let page = 0; page < pages; page++) {
      const found = await read(`api/list?${new URLSearchParams({ bucket: this.#bucket, prefix, after: listing.next })}`);
      listing.folders.push(...found.folders);
      listing.objects.push(...found.objects);
      listing.next = found.next ?? '';
      if (!found.next) break;
    }
    return listing;
  }

  #openFolder(prefix) {
    if (!this.#open.has(prefix)) this.#open.set(prefix, null);
  }

  #draw() {
    const state = JSON.stringify([this.#bucket, this.#selected, [...this.#open]]);
    if (state === this.#drawn) return;
    this.#drawn = state;
    const focused = document.activeElement?.dataset?.path;
    this.#root.replaceChildren(this.#folderRow('', 'all objects', 1), this.#branch('', 2));
    if (focused !== undefined) this.#nodes().find(node => node.dataset.path === focused)?.focus();
  }

  #branch(prefix, level) {
    const branch = element('div', 'branch');
    branch.setAttribute('role', 'group');
    const listing = this.#open.get(prefix);
    if (!listing) return branch;
    for (const folder of listing.folders) {
      branch.append(this.#folderRow(folder, folder.slice(prefix.length), level));
      if (this.#open.has(folder)) branch.append(this.#branch(folder, level + 1));
    }

    for (const found of listing.objects) branch.append(this.#objectNode(found, found.key.slice(prefix.length), level));
    if (listing.next) {
      const more = element('button', 'node dim', 'more …');
      more.dataset.path = `${prefix}\u0000more`;
      more.addEventListener('click', () => {
        listing.pages++;
        this.refresh();
      });
      branch.append(more);
    }
    if (prefix === '' && listing.folders.length + listing.objects.length === 0) branch.append(element('p', 'dim', 'The bucket is empty.'));
    return branch;
  }

  #folderRow(prefix, name, level) {
    const row = element('div', 'row-of-node');
    const isOpen = this.#open.has(prefix);
    const node = this.#node(prefix, name, level, prefix === '' ? '' : isOpen ? '▾' : '▸');
    if (prefix !== '') node.setAttribute('aria-expanded', isOpen);
    node.addEventListener('click', () => prefix === '' ? this.#chosen('') : this.#toggle(prefix));
    const tail = element('button', 'tail', 'tail');
    tail.title = 'Follow everything that begins with this prefix';
    tail.setAttribute('aria-label', `Follow ${name}`);
    tail.tabIndex = -1;
    tail.addEventListener('click', () => this.#chosen(prefix));
    row.append(node, tail);
    return row;
  }

  #objectNode(found, name, level) {
    const node = this.#node(found.key, name, level, found.isSealed ? '∎' : '');
    node.append(element('span', 'size', size(found.length)));
    node.title = `${visibleLine(found.key)}\n${found.type}${found.isSealed ? ', sealed' : ''}, ${found.length.toLocaleString('en')} bytes, ${found.appends} appends, ${found.modified}`;
    node.addEventListener('click', () => this.#chosen(found.key));
    return node;
  }

  #node(path, name, level, sign) {
    const node = element('button', 'node');
    node.dataset.path = path;
    node.setAttribute('role', 'treeitem');
    node.setAttribute('aria-level', level);
    node.setAttribute('aria-selected', path === this.#selected);
    node.append(element('span', 'sign', sign), element('span', 'name', visibleLine(name)));
    return node;
  }

  #toggle(prefix) {
    if (this.#open.has(prefix)) {
      for (const open of [...this.#open.keys()].filter(open => open !== '' && open.startsWith(prefix))) this.#open.delete(open);
      this.#draw();
    } else {
      this.#openFolder(prefix);
      this.refresh();
    }
  }

  #nodes() { return [...this.#root.querySelectorAll('.node')]; }

  #pressed(event) {
    const nodes = this.#nodes();
    const at = nodes.indexOf(document.activeElement);
    const path = document.activeElement?.dataset?.path ?? '';
    const isFolder = path.endsWith('/');
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) nodes[Math.max(0, Math.min(nodes.length - 1, at + step))]?.focus();
    else if (event.key === 'ArrowRight' && isFolder && !this.#open.has(path)) this.#toggle(path);
    else if (event.key === 'ArrowLeft' && isFolder && this.#open.has(path)) this.#toggle(path);
    else if (event.key === 't' && (isFolder || path === '')) this.#chosen(path);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
