// Comforts only: every page works without this file.
const input = document.querySelector('#q[aria-controls]');
const list = document.getElementById('places');

if (input && list) {
  const special = {ø: 'o', ł: 'l', đ: 'd', ħ: 'h', ı: 'i', æ: 'ae', œ: 'oe', ß: 'ss', ς: 'σ', ð: 'd'};
  const fold = (text) => text.toLowerCase().replace(/[øłđħıæœßςð]/g, (letter) => special[letter])
    .normalize('NFKD').replace(/\p{M}/gu, '').replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
  // One letter added, left out or exchanged, or two neighbours swapped; the server's finder does the same.
  const near = (a, b) => {
    if (Math.abs(a.length - b.length) > 1) return false;
    let i = 0;
    while (i < a.length && a[i] === b[i]) i++;
    const [x, y] = [a.slice(i), b.slice(i)];
    return x.slice(1) === y.slice(1) || x.slice(1) === y || x === y.slice(1)
      || (x[0] === y[1] && x[1] === y[0] && x.slice(2) === y.slice(2));
  };
  const matches = (wanted, name) => ` ${name}`.includes(` ${wanted}`)
    || (wanted.length > 4 && [-1, 0, 1].some((more) => near(wanted, name.slice(0, wanted.length + more))));
  const places = [...list.children].map((item) => (
    {item, names: item.dataset.keys.split(' ').map((name) => name.replaceAll('_', ' '))}));
  const found = document.getElementById('found');
  const filter = () => {
    const wanted = fold(input.value);
    let shown = 0;
    for (const {item, names} of places) {
      item.hidden = wanted !== '' && !names.some((name) => matches(wanted, name));
      if (!item.hidden) shown++;
    }
    found.textContent = shown ? '' : found.dataset.none;
  };
  input.addEventListener('input', filter);
  filter();
}

// A link to a question opens its answer; printing opens all.
const reveal = () => {
  const target = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  if (target?.matches('details')) target.open = true;
};
addEventListener('hashchange', reveal);
reveal();
addEventListener('beforeprint', () => document.querySelectorAll('.q').forEach((answer) => { answer.open = true; }));

// The language menu closes when the reader turns elsewhere.
const languages = document.querySelector('.languages');
addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && languages?.open) {
    languages.open = false;
    languages.querySelector('summary').focus();
  }
});
addEventListener('click', (event) => {
  if (languages && !languages.contains(event.target)) languages.open = false;
});
