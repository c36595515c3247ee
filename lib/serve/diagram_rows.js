// On the live diagram: a way from a table to its rows.
'use strict';
(() => {
  const page = window.dbmigPage;
  // Inside of the page that has a list of tables, a title and a switch for the theme already.
  if (window.parent !== window) {
    for (const id of ['list', 'title', 'subject', 'theme']) document.getElementById(id).hidden = true;
  }
  page.addToPanel(table => page.make('p', {},
    page.make('a', { href: `/#/rows?table=${encodeURIComponent(table)}`, target: '_top', class: 'to-rows' }, 'Browse its rows')));
})();
