// What htmx does not do: copy a field, and send a file as it is. Everything else works without a
// script.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    document.getElementById("copied").textContent = button.dataset.copied;
  } catch {
    // The field stays selected: the keyboard copies it.
  }
});

// A form would wrap a file, and a wrapped one has to be read to its end before it can be refused.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!("upload" in form.dataset)) return;
  event.preventDefault();
  const file = form.elements.file.files[0];
  const [told, bar, button] = ["[role=status]", "progress", "button"].map((part) => form.querySelector(part));
  const end = (text) => {
    told.textContent = text;
    bar.hidden = true;
    button.disabled = false;
  };
  if (file.size > Number(form.dataset.maxBytes)) return end(form.dataset.tooLarge);
  const request = new XMLHttpRequest();
  request.open("POST", `${form.action}?${new URLSearchParams({ name: file.name, what: form.elements.what.value })}`);
  request.setRequestHeader("X-CSRF-Token", form.elements.csrf.value);
  request.upload.onprogress = (part) => (bar.value = part.loaded / part.total);
  request.onerror = () => end(form.dataset.broken);
  request.onload = () => {
    if (request.status < 400) return location.assign(request.responseURL);
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    end(page.querySelector("[role=alert]")?.textContent ?? form.dataset.broken);
  };
  told.textContent = form.dataset.sending;
  bar.hidden = false;
  button.disabled = true;
  request.send(file);
});
