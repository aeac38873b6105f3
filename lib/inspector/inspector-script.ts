/**
 * The script of the pages. Everything works without it: it keeps the page of activity up to date. The markup that it inserts was
 * rendered, and escaped, by the server.
 */
export const SCRIPT = `'use strict';
(() => {
  const live = document.getElementById('live');
  if (live === null || typeof EventSource !== 'function') return;
  const list = document.getElementById('events');
  const counts = document.getElementById('counts');
  const state = document.getElementById('live-state');
  const source = new EventSource(live.dataset.stream);
  let held = null;
  const say = (text) => {
    live.classList.toggle('on', text === 'Live');
    if (state.textContent !== text) state.textContent = text;
  };
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'quiet';
  button.textContent = 'Pause';
  button.addEventListener('click', () => {
    const resumed = held;
    held = held === null ? [] : null;
    button.textContent = held === null ? 'Pause' : 'Continue';
    say(held === null ? 'Live' : 'Paused');
    for (const show of resumed ?? []) show();
  });
  live.append(' ', button);
  const show = (change) => {
    if (held === null) change();
    else if (held.length < 200) held.push(change);
  };
  let late; // the server ends each stream after a minute, which is no reason to worry anybody
  source.addEventListener('open', () => {
    clearTimeout(late);
    if (held === null) say('Live');
  });
  source.addEventListener('error', () => {
    clearTimeout(late);
    late = setTimeout(() => say(source.readyState === EventSource.CLOSED ? 'Not connected. Reload the page.' : 'Connecting again…'), 5000);
  });
  source.addEventListener('entries', (event) => {
    show(() => {
      list.insertAdjacentHTML('afterbegin', JSON.parse(event.data));
      while (list.children.length > 200) list.lastElementChild.remove();
    });
  });
  source.addEventListener('counts', (event) => {
    show(() => { counts.innerHTML = JSON.parse(event.data); });
  });
})();
`;
