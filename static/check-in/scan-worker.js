// Reads codes from pictures, beside the page. Its own response (check_in/views.py) allows WebAssembly; the page's does not.

import { prepareZXingModule, readBarcodes } from "../vendor/zxing-wasm/reader/index.js";

const WASM = new URL("../vendor/zxing-wasm/reader/zxing_reader.wasm", import.meta.url).href;
const OPTIONS = { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 };

const ready = prepareZXingModule({ overrides: { locateFile: () => WASM }, fireImmediately: true });
ready.catch(() => self.postMessage({ failed: true }));

self.onmessage = async ({ data }) => {
  try {
    await ready;
    const [code] = await readBarcodes(data, OPTIONS);
    self.postMessage({ text: code?.text ?? "" });
  } catch {
    self.postMessage({ text: "" }); // not this picture; the next one comes
  }
};
