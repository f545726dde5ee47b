// Small elements that shorten a way which also works without them. Texts come from data attributes.
document.documentElement.classList.add("js");

const icons = document.documentElement.dataset.icons;

const icon = (name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${icons}#${name}`);
  svg.append(use);
  return svg;
};

const button = (name, label) => {
  const made = document.createElement("button");
  made.type = "button";
  made.setAttribute("aria-label", label);
  made.append(icon(name));
  return made;
};

// <copy-id data-text data-label data-done>: a button that copies the whole id.
customElements.define("copy-id", class extends HTMLElement {
  connectedCallback() {
    if (this.querySelector("button") || !navigator.clipboard) return;
    const said = document.createElement("span");
    said.setAttribute("role", "status");
    const copy = button("copy", `${this.dataset.label} ${this.dataset.text}`);
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.dataset.text);
      said.textContent = this.dataset.done;
      setTimeout(() => { said.textContent = ""; }, 1500);
    });
    this.append(copy, said);
  }
});

// <quantity-stepper data-less data-more> around a number input: a button on either side.
customElements.define("quantity-stepper", class extends HTMLElement {
  connectedCallback() {
    if (this.querySelector("button")) return;
    const input = this.querySelector("input");
    const less = button("minus", this.dataset.less);
    const more = button("plus", this.dataset.more);
    const refresh = () => {
      less.disabled = Number(input.value) <= Number(input.min);
      more.disabled = Number(input.value) >= Number(input.max);
    };
    const step = (by) => () => {
      if (by < 0) input.stepDown(); else input.stepUp();
      refresh();
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    less.addEventListener("click", step(-1));
    more.addEventListener("click", step(1));
    input.addEventListener("input", refresh);
    this.prepend(less);
    this.append(more);
    refresh();
  }
});

// <near-me data-next data-label data-refused data-failed>: a button that asks the browser where one is, and goes there.
customElements.define("near-me", class extends HTMLElement {
  connectedCallback() {
    if (this.querySelector("button") || !navigator.geolocation) return;
    const ask = document.createElement("button");
    const actions = document.createElement("div");
    const said = document.createElement("p");
    actions.className = "actions";
    actions.append(ask);
    ask.type = "button";
    ask.className = "button primary";
    ask.append(icon("map-pin"), this.dataset.label);
    said.className = "why";
    said.setAttribute("role", "status");
    ask.addEventListener("click", () => {
      ask.disabled = true;
      said.textContent = "";
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => location.assign(`${this.dataset.next}${coords.latitude.toFixed(3)},${coords.longitude.toFixed(3)}`),
        (why) => {
          ask.disabled = false;
          said.textContent = why.code === why.PERMISSION_DENIED ? this.dataset.refused : this.dataset.failed;
        },
        { maximumAge: 600000, timeout: 15000 },
      );
    });
    this.prepend(actions, said);
  }
});

// <count-down data-until="ISO time" data-now="the server's ISO time" data-over>: adds what is left to the time it shows.
customElements.define("count-down", class extends HTMLElement {
  connectedCallback() {
    const ahead = Date.parse(this.dataset.now) - Date.now();
    const until = Date.parse(this.dataset.until);
    const two = (n) => String(Math.floor(n)).padStart(2, "0");
    const shown = document.createElement("b");
    const show = () => {
      const left = Math.max(0, Math.round((until - Date.now() - ahead) / 1000));
      const hours = left >= 3600 ? `${two(left / 3600)}:` : "";
      shown.textContent = left ? `${hours}${two((left / 60) % 60)}:${two(left % 60)}` : this.dataset.over;
      if (!left) clearInterval(this.timer);
    };
    this.append(" · ", shown);
    this.timer = setInterval(show, 1000);
    show();
  }
  disconnectedCallback() { clearInterval(this.timer); }
});

// <theme-switch> around the form that chooses a theme: changes the page at once and tells the server quietly.
customElements.define("theme-switch", class extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector("form");
    form.addEventListener("submit", (event) => {
      const theme = event.submitter?.value;
      if (!theme) return;
      event.preventDefault();
      document.documentElement.dataset.theme = theme;
      for (const each of form.querySelectorAll("button")) each.setAttribute("aria-pressed", String(each.value === theme));
      fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)), redirect: "manual" });
    });
  }
});

// <passkey-form data-begin data-kind="get|create" data-stopped data-known data-refused> around a form with `ceremony` and
// `credential`: asks for a challenge, lets the device answer, and sends the form with the answer.
customElements.define("passkey-form", class extends HTMLElement {
  connectedCallback() {
    const kind = this.dataset.kind;
    const read = kind === "create" ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
    if (!window.PublicKeyCredential?.[read]) return;
    const form = this.querySelector("form");
    const said = this.querySelector("[role=status]");
    this.classList.add("able");
    const ask = async () => {
      const answer = await fetch(this.dataset.begin, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (answer.redirected) return void location.assign(answer.url); // somebody has to log in, or to prove who they are
      if (!answer.ok) throw new Error(answer.status);
      const begun = await answer.json();
      const credential = await navigator.credentials[kind]({ publicKey: PublicKeyCredential[read](begun.options) });
      form.elements.ceremony.value = begun.ceremony;
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      said.textContent = "";
      ask().catch((wrong) => {
        const why = { NotAllowedError: "stopped", AbortError: "stopped", InvalidStateError: "known" }[wrong.name];
        said.textContent = this.dataset[why ?? "refused"];
      });
    });
  }
});
