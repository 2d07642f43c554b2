// A sound and a vibration for each tone. Never alone: the result is also a word, a colour and a shape.

const NOTES = { yes: [[880, 0.12]], look: [[520, 0.1], [520, 0.1]], no: [[220, 0.35]] };
const SHAKES = { yes: 60, look: [60, 60, 60], no: 300 };

let context = null;

/** Browsers allow sound only after a tap: call this in one. */
export function allow() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
}

export function play(tone) {
  navigator.vibrate?.(SHAKES[tone]);
  if (!context || context.state !== "running") return false;
  let at = context.currentTime;
  for (const [pitch, seconds] of NOTES[tone]) {
    const [note, loudness] = [context.createOscillator(), context.createGain()];
    note.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.25, at);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + seconds);
    note.connect(loudness).connect(context.destination);
    note.start(at);
    note.stop(at + seconds);
    at += seconds + 0.06;
  }
  return true;
}
