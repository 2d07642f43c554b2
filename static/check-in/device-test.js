// Whether a device is fit for a door: what works here, and what does not.

import * as sound from "./sound.js";

async function cameraOf() {
  const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  return devices.some((one) => one.kind === "videoinput");
}

/** Rows of {name, works, said}; `words` has for each test [name, what it means if it works, and if it does not]. */
export async function testDevice(app, words) {
  sound.allow();
  const checks = {
    secure: window.isSecureContext,
    camera: await cameraOf().catch(() => false),
    kept: (await navigator.storage?.persisted?.()) ?? false,
    offline: Boolean(navigator.serviceWorker?.controller),
    list: Boolean(app.state.list),
    server: app.state.online,
    sound: sound.play("yes"),
    light: Boolean(navigator.wakeLock),
  };
  return Object.entries(checks).map(([check, works]) => {
    const [name, good, bad] = words[check];
    return { name, works, said: works ? good : bad };
  });
}
