// Editing a record: drafts kept while one writes, the voters' page beside it, lengths, rows of days.
// Comforts only: every button does the same without this file.
const form = document.querySelector('[data-edit]');
const frame = form.querySelector('[data-preview]');
const saved = form.querySelector('[data-saved]');

const sent = (what) => {
  const data = new FormData(form);
  data.set('do', what);
  return data;
};
const later = (wait, act) => {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, wait);
  };
};

// The page is drawn where it was scrolled to; the first time where the change is.
let previews = 0;
const preview = async () => {
  const mine = ++previews;
  try {
    const answer = await fetch(location.href, {method: 'POST', body: sent('preview')});
    const page = await answer.text();
    if (!answer.ok || mine !== previews) return;
    const before = frame.dataset.drawn ? frame.contentWindow?.scrollY : null;
    frame.addEventListener('load', () => {
      const inner = frame.contentWindow;
      if (before === null) inner.document.getElementById(frame.dataset.anchor)?.scrollIntoView();
      else inner.scrollTo(0, before);
      frame.dataset.drawn = 'yes';
    }, {once: true});
    frame.srcdoc = page;
  } catch {
    // The next keystroke tries again.
  }
};
const previewLater = later(800, preview);

let saving = null;
const save = async () => {
  saving?.abort();
  saving = new AbortController();
  try {
    const answer = await fetch(location.href, {method: 'POST', body: sent('autosave'), signal: saving.signal});
    const said = await answer.json();
    saved.textContent = said.saved ? `Draft kept at ${said.saved}.` : said.error ?? '';
  } catch (problem) {
    if (problem.name !== 'AbortError') saved.textContent = 'The draft could not be kept just now.';
  }
};
const saveLater = 'autosave' in form.dataset ? later(3000, save) : () => {};

const words = (text) => Math.max(0, ...text.split(/[.!?…。۔\n]+/u).map((one) => one.trim().split(/\s+/u).filter(Boolean).length));
const guide = (input) => {
  const shown = form.querySelector(`[data-guide="${CSS.escape(input.id)}"]`);
  if (!shown) return;
  shown.querySelector('[data-count]').textContent = [...input.value].length;
  shown.classList.toggle('guide-over', [...input.value].length > Number(input.dataset.limit));
  const long = shown.querySelector('[data-long]');
  if (!long) return;
  const most = words(input.value);
  long.hidden = most <= Number(input.dataset.sentence);
  long.querySelector('[data-longest]').textContent = most;
};

form.addEventListener('input', (event) => {
  guide(event.target);
  previewLater();
  saveLater();
});
form.addEventListener('submit', () => saving?.abort());

form.addEventListener('click', (event) => {
  const button = event.target.closest('button[name="do"]');
  if (button?.value === 'preview') {
    event.preventDefault();
    preview();
  }
  if (button?.value !== 'rows') return;
  const days = button.closest('fieldset')?.querySelector('[data-days]');
  if (!days) return;
  event.preventDefault();
  const last = days.lastElementChild;
  const number = days.children.length;
  const row = last.cloneNode(true);
  for (const one of row.querySelectorAll('[id], [for], [name]')) {
    for (const name of ['id', 'for', 'name']) {
      const value = one.getAttribute(name);
      if (value) one.setAttribute(name, value.replace(/([-_])\d+([-_])(?!.*[-_]\d+[-_])/u, `$1${number}$2`));
    }
    if ('value' in one) one.value = '';
  }
  row.querySelector('label').textContent = `Day ${number + 1}`;
  days.append(row);
  row.querySelector('input').focus();
});

// A new record has nothing to show yet.
if (!('new' in form.dataset)) preview();
