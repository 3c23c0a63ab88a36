import { declaredApp } from './declared-app.ts';
import { orRefuse } from './or-refuse.ts';

orRefuse(() => declaredApp().synth());
