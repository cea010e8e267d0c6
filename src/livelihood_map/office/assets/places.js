/* The map of rows without a place: a click comes nearer, near enough a click sets the place. */
"use strict";

(function () {
  const form = document.getElementById("places");
  const ground = document.getElementById("ground");
  const pins = document.getElementById("pins");
  const told = document.getElementById("pointing");
  const whole = ground.viewBox.baseVal;
  const all = [whole.x, whole.y, whole.width, whole.height];
  const NEAR_M = 700; // a window so wide is near enough to point at a house
  let view = all;
  let chosen = null;

  function look(next) {
    view = next;
    ground.setAttribute("viewBox", view.join(" "));
    draw();
  }

  /* The window half as wide (or twice) around a point, never beyond the whole. */
  function around(x, y, factor) {
    const [width, height] = [Math.min(view[2] * factor, all[2]), Math.min(view[3] * factor, all[3])];
    const within = (at, side, limit) => Math.max(0, Math.min(at - side / 2, limit - side));
    return [within(x, width, all[2]), within(y, height, all[3]), width, height];
  }

  function placeOf(radio) {
    if (radio.dataset.x) return [Number(radio.dataset.x), Number(radio.dataset.y)];
    const row = radio.name.slice(4);
    const [x, y] = ["x-", "y-"].map((axis) => form.elements[axis + row].value);
    return radio.value === "map" && x ? [Number(x), Number(y)] : null;
  }

  function draw() {
    pins.replaceChildren();
    form.querySelectorAll("input[type=radio]:checked").forEach((radio) => {
      const place = placeOf(radio);
      if (!place) return;
      const pin = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      pin.setAttribute("cx", place[0]);
      pin.setAttribute("cy", place[1]);
      pin.setAttribute("r", view[2] / 80);
      pin.setAttribute("class", radio === chosen ? "point now" : "point");
      pins.append(pin);
    });
    const isPointing = chosen && chosen.value === "map";
    told.textContent = !isPointing ? told.dataset.none : view[2] > NEAR_M ? told.dataset.near : told.dataset.set;
  }

  form.addEventListener("change", (event) => {
    if (event.target.type !== "radio") return;
    chosen = event.target;
    const place = placeOf(chosen);
    if (place) {
      view = [0, 0, NEAR_M * 2, (NEAR_M * 2 * all[3]) / all[2]];
      look(around(place[0], place[1], 1));
    }
    draw();
  });

  ground.addEventListener("click", (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(ground.getScreenCTM().inverse());
    if (view[2] > NEAR_M) return look(around(at.x, at.y, 0.4));
    if (!chosen || chosen.value !== "map") return undefined;
    const row = chosen.name.slice(4);
    form.elements["x-" + row].value = at.x.toFixed(1);
    form.elements["y-" + row].value = at.y.toFixed(1);
    return draw();
  });

  const middle = () => [view[0] + view[2] / 2, view[1] + view[3] / 2];
  document.getElementById("farther").addEventListener("click", () => look(around(...middle(), 2.5)));
  document.getElementById("whole").addEventListener("click", () => look(all));
})();
