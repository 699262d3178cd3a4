// A task stays with whoever looks at it: the lease is renewed every minute while the page is in front.
const held = document.querySelector('[data-renew]');
const token = document.querySelector('[name=csrfmiddlewaretoken]')?.value;
if (held && token) {
  const renew = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(held.dataset.renew, {method: 'POST', headers: {'X-CSRFToken': token}});
      if (answer.ok && !(await answer.json()).held) location.reload();
    } catch {
      // The next minute tries again; the lease holds for three.
    }
  };
  setInterval(renew, 60_000);
}

// Writing a note by key.
addEventListener('keydown', (event) => {
  if (event.key !== 'o' || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.('input, textarea, select, dialog')) return;
  event.preventDefault();
  document.getElementById('id_note')?.focus();
});
