import process from 'node:process';

// The specs sign with short secrets, which cause one warning in each file. Everything else is still printed.
const printers = process.listeners('warning');
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if ((warning as NodeJS.ErrnoException).code === 'TYPED_SESSION_WEAK_SECRET') return;
  for (const print of printers) print.call(process, warning);
});
