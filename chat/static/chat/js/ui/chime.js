/** A short sound, made on the spot. Browsers let a page sound only once its reader has done something there; until then it is silent. */
const NOTES = [
  { after: 0, pitch: 659.3 }, // s, Hz
  { after: 0.13, pitch: 987.8 },
];
const LASTS = 0.5; // s
const VOLUME = 0.12;

export class Chime {
  #context = null;

  play() {
    if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
    this.#context ??= new AudioContext();
    this.#context.resume();
    for (const note of NOTES) this.#sound(note);
  }

  #sound({ after, pitch }) {
    const start = this.#context.currentTime + after;
    const tone = new OscillatorNode(this.#context, { frequency: pitch });
    const volume = new GainNode(this.#context, { gain: 0 });
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(VOLUME, start + 0.01);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + LASTS);
    tone.connect(volume).connect(this.#context.destination);
    tone.start(start);
    tone.stop(start + LASTS);
  }
}
