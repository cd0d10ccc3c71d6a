/** How a name outlives the connection: the server keeps it in the guest's cookie. Rejects when it could not. */
export function nameMemory({ url, token }) {
  return async (wanted) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "X-CSRFToken": token },
      body: new URLSearchParams({ name: wanted }),
    });
    if (!response.ok) throw new Error(`The name was not remembered: ${response.status}`);
  };
}
