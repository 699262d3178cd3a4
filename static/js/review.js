// The moderators' desk without reloads: forms and marked links of a task are sent in the background, the answer takes
// the page's place. Without this file every one of them works as a plain form or link.
const main = document.getElementById('main');
const task = () => main.querySelector('[data-task]');
const token = () => document.querySelector('[name=csrfmiddlewaretoken]')?.value ?? '';
let isBusy = false;

const say = (words) => {
  const line = document.createElement('p');
  line.className = 'message message-error';
  line.textContent = words;
  main.querySelector('.messages')?.replaceChildren(line);
  line.scrollIntoView({block: 'nearest'});
};

const show = (html, address) => {
  const page = new DOMParser().parseFromString(html, 'text/html');
  const next = page.getElementById('main');
  if (!next) return false;
  main.replaceChildren(...next.childNodes);
  document.title = page.title;
  const keys = page.querySelector('#keys dl');
  if (keys) document.querySelector('#keys dl').replaceWith(keys);
  if (address) history.pushState({}, '', address);
  const first = main.querySelector('[data-focus]') ?? main.querySelector('h1');
  if (first && !first.hasAttribute('tabindex')) first.tabIndex = -1;
  first?.focus({preventScroll: true});
  scrollTo(0, 0);
  for (const one of main.querySelectorAll('[data-needs-script]')) one.hidden = false;
  return true;
};

// Answers whether something else is on the page now. What could not be sent stays as it was, ready to be sent again.
const go = async (url, body) => {
  if (isBusy) return false;
  isBusy = true;
  main.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(url, body ? {method: 'POST', body} : {});
    const html = await answer.text();
    const address = !body || answer.redirected ? answer.url : '';
    if (show(html, address)) return true;
    if (answer.redirected || !body) location.assign(answer.url);
    else say('The portal could not do this. Nothing was decided: try again.');
  } catch {
    say('Not sent: the portal cannot be reached. Nothing is lost, press again.');
  } finally {
    isBusy = false;
    main.removeAttribute('aria-busy');
  }
  return false;
};

addEventListener('submit', async (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== 'post' || !form.closest('[data-swap]')) return;
  event.preventDefault();
  const isGone = await go(event.submitter?.getAttribute('formaction') ?? form.action, new FormData(form, event.submitter));
  if (!isGone) delete form.dataset.sent;
});
addEventListener('click', (event) => {
  const link = event.target.closest?.('a[data-swap-link]');
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.href);
});
addEventListener('popstate', () => location.reload());

// A task stays with whoever looks at it: the lease, of three minutes, is renewed every minute while the page is in
// front. One that was only opened becomes theirs when they begin to do something.
const renew = async () => {
  const held = task();
  if (!held?.dataset.renew || document.hidden || isBusy) return;
  const asked = held.dataset.renew;
  const body = new FormData();
  body.set('csrfmiddlewaretoken', token());
  try {
    const answer = await fetch(asked, {method: 'POST', body});
    const isSame = task()?.dataset.renew === asked;
    if (isSame && answer.ok && !(await answer.json()).held) await go(location.href);
    else if (isSame && answer.ok) held.dataset.mine = 'yes';
  } catch {
    // The next minute tries again.
  }
};
setInterval(() => task()?.dataset.mine && renew(), 60_000);
document.addEventListener('visibilitychange', () => task()?.dataset.mine && renew());
for (const sign of ['keydown', 'pointerdown']) {
  addEventListener(sign, (event) => {
    if (task()?.dataset.renew && !task().dataset.mine && event.target.closest?.('#main, body')) renew();
  });
}

// Who leaves gives it back; who only loaded the page again takes it up again.
const RELEASED = 'review-released';
addEventListener('pagehide', () => {
  const held = task();
  if (!held?.dataset.mine || !held.dataset.release) return;
  const body = new FormData();
  body.set('csrfmiddlewaretoken', token());
  body.set('then', 'leave');
  navigator.sendBeacon(held.dataset.release, body);
  sessionStorage.setItem(RELEASED, held.dataset.release);
});
addEventListener('pageshow', () => {
  const was = sessionStorage.getItem(RELEASED);
  sessionStorage.removeItem(RELEASED);
  if (was && task()?.dataset.release === was) renew();
});

// Keys that do more than press a button.
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.getElementById('keys')?.open) return;
  if (event.target.closest?.('input:not([type=checkbox]), textarea, select')) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  if (event.key === 'o') {
    event.preventDefault();
    document.getElementById('id_note')?.focus();
  }
  if (event.key === 'c') {
    const elsewhere = document.getElementById('elsewhere');
    if (!elsewhere) return;
    event.preventDefault();
    elsewhere.open = true;
    elsewhere.querySelector('select')?.focus();
  }
});
