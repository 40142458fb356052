/** Functions with state and effects, on Preact's `Component`; its own hooks would be a tenth of all that is sent. */

import { Component } from "./vendor.js";

let drawn, index;

const isSame = (one, other) => one?.every((value, position) => value === other[position]);

/** A component of a function that may use what is below, always in the same order. */
export const component = (draw) => class extends Component {
  slots = [];

  render(props) {
    drawn = this;
    index = 0;
    return draw(props);
  }

  componentDidMount() {
    for (const slot of this.slots) {
      if (!slot.run) continue;
      slot.end?.();
      slot.end = slot.run();
      slot.run = null;
    }
  }

  componentDidUpdate() {
    this.componentDidMount();
  }

  componentWillUnmount() {
    for (const slot of this.slots) slot.end?.();
  }
};

const slot = (first) => (drawn.slots[index++] ??= first);

export function useState(first) {
  const owner = drawn;
  const kept = slot({ value: first });
  return [kept.value, (value) => {
    kept.value = value;
    owner.setState({});
  }];
}

export const useRef = () => slot({ current: null });

/** Have *run* run after drawing, where one of *causes* is another than before; what it returns ends it. */
export function useEffect(run, causes) {
  const kept = slot({});
  if (!isSame(kept.causes, causes)) Object.assign(kept, { run, causes });
}
