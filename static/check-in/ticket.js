// Reads the text of a ticket as tickets/codes.py writes it: base32 of version and key (1 byte), event (4), registration
// (4), revision (1), and an Ed25519 signature (64).

import { verifyAsync } from "../vendor/noble-ed25519/index.js";

export const LENGTH = 119;
export const REVISIONS = 256;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const PAYLOAD = 10;
const SIZE = 74;

/** A scanned or typed code in upper case, without width, spaces and hyphens. */
export const clean = (typed) => typed.normalize("NFKC").toUpperCase().replaceAll("-", "").replace(/\s+/gu, "");

/** Whether a text comes from a scanner: nobody types so much to find a name. */
export const looksScanned = (typed) => clean(typed).length > 80 || typed.includes("://");

/** A typed short code in the form of the list, or "" if it can't be one: what looks alike is one sign. */
export function shortCode(typed) {
  const code = clean(typed).replaceAll("O", "0").replace(/[IL]/g, "1");
  return /^[0-9A-HJKMNP-TV-Z]{8}$/.test(code) ? code : "";
}

function bytesOf(text) {
  const bytes = new Uint8Array(SIZE);
  let buffer = 0;
  let bits = 0;
  let place = 0;
  for (const sign of text) {
    const value = ALPHABET.indexOf(sign);
    if (value < 0) return null;
    buffer = ((buffer << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[place++] = (buffer >> bits) & 0xff;
    }
  }
  // Only one spelling is the ticket: the bits to spare are zero.
  return place === SIZE && (buffer & ((1 << bits) - 1)) === 0 ? bytes : null;
}

/**
 * The ticket that a text is, {event, registration, revision, genuine}; null if it is none of ours.
 * `keys` has the public keys of the device's event as hexadecimal, by number. `genuine` is null for another event,
 * whose keys the device does not have.
 */
export async function read(text, event, keys) {
  const typed = clean(text);
  const bytes = typed.length === LENGTH ? bytesOf(typed) : null;
  if (!bytes || bytes[0] >> 4 !== 1) return null;
  const view = new DataView(bytes.buffer);
  const ticket = { event: view.getUint32(1), registration: view.getUint32(5), revision: bytes[9] };
  if (ticket.event !== event) return { ...ticket, genuine: null };
  const key = keys[bytes[0] & 15];
  return { ...ticket, genuine: Boolean(key) && (await isSigned(bytes, key)) };
}

async function isSigned(bytes, hex) {
  const [payload, signature] = [bytes.slice(0, PAYLOAD), bytes.slice(PAYLOAD)];
  const key = Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  try {
    return await verifyAsync(signature, payload, key, { zip215: false });
  } catch {
    return false;
  }
}
