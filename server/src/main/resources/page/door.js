/** The way to the server's HTTP doors: it brings the token, which this tab keeps until it is closed. */

const KEY = 'evenkeel.token';

/** The server asks for a token, and the one that was brought is not it. */
export class TokenWanted extends Error {}

/** The server answered, but not with what was asked for; the message says why. */
export class Refused extends Error {}

export class Door {
  /** The token, or null. */
  get token() {
    return sessionStorage.getItem(KEY);
  }

  set token(token) {
    if (token === null) {
      sessionStorage.removeItem(KEY);
    } else {
      sessionStorage.setItem(KEY, token);
    }
  }

  /**
   * What is at the path, as JSON.
   *
   * @throws TokenWanted
   * @throws Refused when the server says no
   * @throws TypeError when there is no server
   */
  async read(path) {
    const token = this.token;
    const answer = await fetch(path, {
      headers: token === null ? {} : { Authorization: 'Bearer ' + token },
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(20_000),
    });
    if (answer.status === 401) {
      throw new TokenWanted();
    }
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      throw new Refused(typeof body.error === 'string' ? body.error : 'The server answered ' + answer.status);
    }
    return body;
  }
}
