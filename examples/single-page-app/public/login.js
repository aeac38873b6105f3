import { callOnce } from './api.js';

const dialog = document.querySelector('#login');
const form = dialog.querySelector('form');
const reason = document.querySelector('#login-reason');
const error = document.querySelector('#login-error');

/** The login that is open. Several calls may get a 401 at the same time; they share one dialog. */
let open;

/** The user that the page shows. */
let shown;

/** Shows the login, and resolves to the user when somebody has logged in. */
export function askForLogin(text) {
  open ??= showDialog(text).finally(() => (open = undefined));
  return open;
}

/** Remembers whose data the page shows. */
export function setUser(user) {
  shown = user;
}

async function showDialog(text) {
  reason.textContent = text;
  error.textContent = '';
  dialog.showModal();
  const user = await submitted();
  form.reset();
  dialog.close();
  // Somebody else has logged in: nothing of the first user may stay on the page, and nothing of it may be sent.
  if (shown !== undefined && shown.id !== user.id) {
    location.reload();
    await new Promise(() => {});
  }
  return user;
}

function submitted() {
  return new Promise((resolve) => {
    form.onsubmit = async (event) => {
      event.preventDefault();
      error.textContent = '';
      try {
        const { user } = await callOnce('POST', '/login', Object.fromEntries(new FormData(form)));
        resolve(user);
      } catch (reason) {
        error.textContent = reason.message;
      }
    };
  });
}

// The page shows nothing without a login, so Escape must not close the dialog.
dialog.addEventListener('cancel', (event) => event.preventDefault());
