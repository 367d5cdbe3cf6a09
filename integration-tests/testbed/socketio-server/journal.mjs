// What reached the server, written to files before it is acknowledged: it is not forgotten when the process is killed.
import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** After so many bytes the next file begins: whoever reads them can remove those that are done with. */
const LONGEST = 8 << 20;

/**
 * Lines of words with tabs between them, in files 000001, 000002 ...:
 * `s` the server starts, with no socket joined; `j` how many are joined now; `m` count of events that it was told it missed;
 * `e` milliseconds since 1970, id, type, source/session_id, and `data.soak` as JSON, if there is any.
 */
export class Journal {
  #folder;
  #number;
  #file;
  #bytes = 0;

  constructor(folder) {
    this.#folder = folder;
    this.#number = Math.max(0, ...readdirSync(folder).map(Number).filter(Number.isInteger));
    this.#next();
    this.#write('s');
  }

  joined(count) {
    this.#write(`j\t${count}`);
  }

  missed(count) {
    this.#write(`m\t${count}`);
  }

  event(event) {
    const session = `${event?.source ?? ''}/${event?.session_id ?? ''}`;
    const mark = event?.data?.soak === undefined ? '' : JSON.stringify(event.data.soak);
    this.#write(`e\t${Date.now()}\t${event?.id}\t${event?.type}\t${session.replace(/[\t\n]/g, ' ')}\t${mark}`);
  }

  #next() {
    this.#number++;
    this.#bytes = 0;
    this.#file = openSync(join(this.#folder, String(this.#number).padStart(6, '0')), 'a');
  }

  #write(line) {
    this.#bytes += writeSync(this.#file, `${line}\n`);
    if (this.#bytes > LONGEST) {
      const old = this.#file;
      this.#next();
      closeSync(old);
    }
  }
}
