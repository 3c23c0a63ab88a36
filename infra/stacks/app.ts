import { orRefuse } from '../checks/exit-on-invalid.ts';
import { declaredApp } from './declared-app.ts';

orRefuse(() => declaredApp().synth());
