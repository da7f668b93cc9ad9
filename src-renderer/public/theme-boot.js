/* global localStorage, matchMedia, document */
// Runs before the first paint, so that nobody sees a flash of the wrong theme. The page itself takes over in useTheme.
;(function () {
  var choice = 'system'
  try {
    choice = localStorage.getItem('lectern.theme') || 'system'
  } catch {
    // Storage may be switched off; the system's theme is the honest guess then.
  }
  var dark = choice === 'dark' || (choice === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()
