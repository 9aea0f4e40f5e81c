/** Waits for a task, but at most for a time in milliseconds. The task itself keeps running. */
export async function within<T>(ms: number, task: () => Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([task(), passed]);
  } finally {
    clearTimeout(timer);
  }
}
