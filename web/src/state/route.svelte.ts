/** @file Which page is shown, and with what, as the fragment of the address says it. */

/** A page, and its fields. */
export interface Place {
  readonly page: string;
  readonly fields: Readonly<Record<string, string>>;
}

function read(): Place {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  return { page: path || 'models', fields: Object.fromEntries(new URLSearchParams(query)) };
}

class Route {
  place = $state.raw<Place>(read());

  constructor() {
    addEventListener('hashchange', () => {
      this.place = read();
    });
  }

  /**
   * Changes the fields without a step in the browser's history, and without showing the page anew; nothing happens
   * where another page has been gone to meanwhile.
   */
  rewrite(page: string, fields: Place['fields']): void {
    if (read().page === page) history.replaceState(null, '', hrefOf(page, fields));
  }
}

/** The link to a page. */
export function hrefOf(page: string, fields: Place['fields'] = {}): string {
  const query = new URLSearchParams(fields).toString();
  return `#/${page}${query && `?${query}`}`;
}

export function go(page: string, fields: Place['fields'] = {}): void {
  location.hash = hrefOf(page, fields);
}

export const route = new Route();
