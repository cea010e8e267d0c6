/* A worker in a frame: browsers start no Worker for a page that is opened from the disk. */
"use strict";

if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.append(frame);
      this.inner = frame.contentWindow;
      this.ready = new Promise((resolve) => {
        const script = this.inner.document.createElement("script");
        this.inner.postMessage = new Proxy(this.inner.postMessage, {
          apply: (_, __, [data]) => this.hand(data),
        });
        this.inner.importScripts = (...urls) => urls.reduce((before, one) => before.then(() => new Promise((loaded) => {
          const part = this.inner.document.createElement("script");
          part.src = one;
          part.onload = loaded;
          this.inner.document.body.append(part);
        })), Promise.resolve());
        script.src = url;
        script.onload = resolve;
        this.inner.document.body.append(script);
      });
    }

    hand(data) {
      const event = new MessageEvent("message", { data });
      this.dispatchEvent(event);
      if (this.onmessage) this.onmessage(event);
    }

    postMessage(data) {
      this.ready.then(() => this.inner.dispatchEvent(new MessageEvent("message", { data })));
    }

    terminate() {}
  };
}
