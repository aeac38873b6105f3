/** Does something while this process's clock stands at a moment, and puts the clock back whatever happens. */
export async function at<Result>(moment: number, act: () => Promise<Result>): Promise<Result> {
  const { now } = Date;
  Date.now = () => moment;
  try {
    return await act();
  } finally {
    Date.now = now;
  }
}
