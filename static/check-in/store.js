// What the device keeps (IndexedDB): its key and settings, the list of people, where they are, and every scan, which is
// written down before the door answers.

const NAME = "check-in";

function ready(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function done(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

export class Store {
  static async open() {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("kept");
      request.result.createObjectStore("scans", { keyPath: "nonce" });
    };
    return new Store(await ready(request));
  }

  constructor(database) {
    this.database = database;
  }

  /** One of the values: "device", "settings", "list", "places", "sequence". */
  get(name) {
    return ready(this.database.transaction("kept").objectStore("kept").get(name));
  }

  async put(name, value) {
    const transaction = this.database.transaction("kept", "readwrite", { durability: "strict" });
    transaction.objectStore("kept").put(value, name);
    await done(transaction);
  }

  /** Write scans down; they survive a reload and a flat battery once this has returned. */
  async putScans(...scans) {
    const transaction = this.database.transaction("scans", "readwrite", { durability: "strict" });
    for (const scan of scans) transaction.objectStore("scans").put(scan);
    await done(transaction);
  }

  /** All scans in the order in which they were made, sent or not. */
  async scans() {
    const all = await ready(this.database.transaction("scans").objectStore("scans").getAll());
    return all.sort((a, b) => a.seq - b.seq);
  }

  /** Forget people and settings; with `scans(scan)`, also the key and the scans for which it is true. */
  async forget({ scans = null } = {}) {
    const going = scans ? (await this.scans()).filter(scans) : [];
    const transaction = this.database.transaction(["kept", "scans"], "readwrite");
    const kept = transaction.objectStore("kept");
    for (const name of ["settings", "list", "places", ...(scans ? ["device"] : [])]) kept.delete(name);
    for (const scan of going) transaction.objectStore("scans").delete(scan.nonce);
    await done(transaction);
  }
}
