// The camera: takes pictures in the page, and reads codes from them in a worker.

const AGAIN = 3_000;

export class Camera {
  /**
   * `found(text)` is called for each code, and says whether it has taken it: what came too early is offered again. One
   * that was taken is ignored while it is held, and for three seconds more. `broken()` is called if no code can be read
   * here at all, because the reader does not start; the camera is off then.
   */
  constructor(video, found, broken) {
    this.video = video;
    this.found = found;
    this.broken = broken;
    this.canvas = new OffscreenCanvas(1, 1);
    this.last = { text: "", at: 0 };
  }

  get running() {
    return Boolean(this.stream?.active);
  }

  /** Start. Rejects with the browser's error if there is no camera or it was not allowed. */
  async start() {
    if (this.running) return;
    const wanted = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };
    this.stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    this.video.srcObject = this.stream;
    await this.video.play();
    this.worker ??= this.#reader();
    this.busy = false;
    this.#next();
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  /** Switch the light on or off; false if the camera has none. */
  async light(on) {
    const [track] = this.stream?.getVideoTracks() ?? [];
    if (!track?.getCapabilities?.().torch) return false;
    await track.applyConstraints({ advanced: [{ torch: on }] });
    return true;
  }

  #reader() {
    const worker = new Worker("/check-in/scan-worker.js", { type: "module" });
    worker.onmessage = ({ data }) => this.#read(data);
    worker.onerror = () => this.#fail();
    return worker;
  }

  /** The reader does not start. The next start of the camera tries a new one. */
  #fail() {
    this.worker?.terminate();
    this.worker = null;
    this.stop();
    this.broken();
  }

  #next() {
    if (!this.running) return;
    if (!this.busy && this.video.videoWidth) this.#send();
    if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(() => this.#next());
    else setTimeout(() => this.#next(), 60);
  }

  #send() {
    const { videoWidth: width, videoHeight: height } = this.video;
    Object.assign(this.canvas, { width, height });
    const pen = this.canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(this.video, 0, 0);
    const picture = pen.getImageData(0, 0, width, height);
    this.busy = true;
    this.worker.postMessage(picture, [picture.data.buffer]);
  }

  #read({ text, failed }) {
    if (failed) {
      this.#fail();
      return;
    }
    this.busy = false;
    if (!text) return;
    const now = Date.now();
    const again = text === this.last.text && now - this.last.at < AGAIN;
    if (again || this.found(text)) this.last = { text, at: now };
  }
}
