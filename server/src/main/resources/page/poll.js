/** Asks again and again, but not while nobody looks. What the server does not answer, the feed notices. */
export class Poll {
  #ask;
  #millis;
  #mayAsk;
  #onError;
  #timer = null;
  #isAsking = false;

  constructor(millis, ask, mayAsk, onError) {
    this.#millis = millis;
    this.#ask = ask;
    this.#mayAsk = mayAsk;
    this.#onError = onError;
  }

  /** Asks now, and then goes on. */
  async now() {
    clearTimeout(this.#timer);
    if (!this.#mayAsk() || document.hidden || this.#isAsking) {
      return;
    }
    this.#isAsking = true;
    try {
      await this.#ask();
    } catch (e) {
      this.#onError(e);
    } finally {
      this.#isAsking = false;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), this.#millis);
  }
}
