// Comforts only: every page of the workspace works without this file.
for (const one of document.querySelectorAll('[data-needs-script]')) one.hidden = false;

// What went wrong is read first.
document.querySelector('[data-focus]')?.focus();

// The menu folds on narrow screens.
const fold = document.querySelector('.menu-fold');
fold?.addEventListener('toggle', () => fold.parentElement.classList.toggle('menu-open', fold.open));

// A form that was sent is not sent again by a second press; into a frame it may be, as often as one likes.
addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post' || event.defaultPrevented || event.submitter?.formTarget) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = 'yes';
});
addEventListener('pageshow', () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// Keys. Single letters do nothing while one writes.
const keys = document.getElementById('keys');
const opener = document.querySelector('[data-keys]');
if (opener) {
  opener.hidden = false;
  opener.addEventListener('click', () => keys.showModal());
}
const rows = () => [...document.querySelectorAll('[data-row]')];
const rowLink = (row) => (row.matches('a') ? row : row.querySelector('a, button'));
const step = (by) => {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.contains(document.activeElement));
  rowLink(all[Math.min(all.length - 1, Math.max(0, now + by))])?.focus();
};
const press = (key) => {
  const row = rows().find((one) => one.contains(document.activeElement));
  const button = row?.querySelector(`[data-press="${key}"]`) ?? document.querySelector(`main [data-press-page="${key}"]`);
  button?.click();
  return Boolean(button);
};
const actions = {
  '?': () => keys.showModal(),
  '/': () => document.querySelector('main input[type=search]')?.focus(),
  j: () => step(1),
  k: () => step(-1),
};
let going = 0;
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
  if (event.target.closest?.('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]')) return;
  if (going && Date.now() - going < 1500) {
    going = 0;
    const link = document.querySelector(`.menu [data-key="${CSS.escape(event.key)}"]`);
    if (link) {
      event.preventDefault();
      link.click();
    }
    return;
  }
  if (event.key === 'g') going = Date.now();
  else if (actions[event.key]) {
    event.preventDefault();
    actions[event.key]();
  } else if (/^[a-z1-9]$/.test(event.key)) press(event.key);
});

// Parts that follow work in progress (data-follow: seconds) are fetched again until the server no longer asks for it.
const follow = (part) => setTimeout(async () => {
  try {
    const answer = await fetch(location.href, {headers: {'X-Requested-With': 'XMLHttpRequest'}});
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(part.id);
    if (!answer.ok || !next) {
      location.reload();
      return;
    }
    if (next.dataset.follow) {
      part.replaceChildren(...next.childNodes);
      follow(part);
    } else location.reload();
  } catch {
    follow(part);
  }
}, Number(part.dataset.follow) * 1000);
for (const part of document.querySelectorAll('[data-follow]')) follow(part);
