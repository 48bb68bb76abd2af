package deploy_test

import (
	"io/fs"
	"os"
	"path"
	"testing"

	goyaml "go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

const exampleOverlay = "kubernetes/overlays/example"

// overlay builds the example with secrets in their files. extra is added to its
// kustomization.
func overlay(t *testing.T, extra string) resmap.ResMap {
	t.Helper()
	disk := filesys.MakeFsInMemory()
	err := fs.WalkDir(os.DirFS("."), "kubernetes", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if name == exampleOverlay+"/kustomization.yaml" {
			text = append(text, extra...)
		}
		return disk.WriteFile(name, text)
	})
	if err != nil {
		t.Fatal(err)
	}
	var k struct {
		SecretGenerator []struct{ Files []string } `yaml:"secretGenerator"`
	}
	if err := goyaml.Unmarshal([]byte(content(t, exampleOverlay+"/kustomization.yaml")), &k); err != nil {
		t.Fatal(err)
	}
	for _, g := range k.SecretGenerator {
		for _, file := range g.Files {
			if err := disk.WriteFile(path.Join(exampleOverlay, file), []byte("of "+file)); err != nil {
				t.Fatal(err)
			}
		}
	}
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(disk, exampleOverlay)
	if err != nil {
		t.Fatal(err)
	}
	return built
}

// object finds the one object of a kind and reads it into to.
func object(t *testing.T, built resmap.ResMap, kind string, to any) {
	t.Helper()
	found := 0
	for _, r := range built.Resources() {
		if r.GetKind() != kind {
			continue
		}
		found++
		text, err := r.AsYAML()
		if err == nil {
			err = goyaml.Unmarshal(text, to)
		}
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
	}
	if found != 1 {
		t.Fatalf("%d objects of the kind %s", found, kind)
	}
}

// deployment is what the tests look at in the Deployment.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/
type deployment struct {
	Spec struct {
		Replicas int
		Selector struct {
			MatchLabels map[string]string `yaml:"matchLabels"`
		}
		Strategy struct {
			RollingUpdate struct {
				MaxSurge int `yaml:"maxSurge"`
			} `yaml:"rollingUpdate"`
		}
		Template struct {
			Metadata struct{ Labels map[string]string }
			Spec     pod
		}
	}
}

type pod struct {
	AutomountServiceAccountToken  bool `yaml:"automountServiceAccountToken"`
	EnableServiceLinks            bool `yaml:"enableServiceLinks"`
	TerminationGracePeriodSeconds int  `yaml:"terminationGracePeriodSeconds"`
	SecurityContext               struct {
		RunAsNonRoot   bool                  `yaml:"runAsNonRoot"`
		RunAsUser      int                   `yaml:"runAsUser"`
		RunAsGroup     int                   `yaml:"runAsGroup"`
		FSGroup        int                   `yaml:"fsGroup"`
		SeccompProfile struct{ Type string } `yaml:"seccompProfile"`
	} `yaml:"securityContext"`
	Spread     []struct{} `yaml:"topologySpreadConstraints"`
	Containers []struct {
		Image   string
		EnvFrom []struct {
			ConfigMapRef struct{ Name string } `yaml:"configMapRef"`
		} `yaml:"envFrom"`
		Env          []struct{ Name, Value string }
		Ports        []port
		Startup      probe                                        `yaml:"startupProbe"`
		Liveness     probe                                        `yaml:"livenessProbe"`
		Readiness    probe                                        `yaml:"readinessProbe"`
		Resources    struct{ Requests, Limits map[string]string } `yaml:"resources"`
		VolumeMounts []struct {
			Name      string
			MountPath string `yaml:"mountPath"`
		} `yaml:"volumeMounts"`
		SecurityContext struct {
			AllowPrivilegeEscalation *bool                   `yaml:"allowPrivilegeEscalation"`
			ReadOnlyRootFilesystem   bool                    `yaml:"readOnlyRootFilesystem"`
			Capabilities             struct{ Drop []string } `yaml:"capabilities"`
		} `yaml:"securityContext"`
	}
	Volumes []struct {
		Name   string
		Secret struct {
			SecretName string `yaml:"secretName"`
			Items      []struct{ Key, Path string }
		}
	}
}

type port struct {
	Name          string
	ContainerPort int `yaml:"containerPort"`
}

type probe struct {
	HTTPGet struct{ Path, Port string } `yaml:"httpGet"`
}

type data struct {
	Metadata struct{ Name string }
	Data     map[string]string
}

// networkPolicy is what the tests look at in the NetworkPolicy.
type networkPolicy struct {
	Spec struct {
		PodSelector struct {
			MatchLabels map[string]string `yaml:"matchLabels"`
		} `yaml:"podSelector"`
		PolicyTypes []string `yaml:"policyTypes"`
		Ingress     []struct {
			From  []any
			Ports []policyPort
		}
		Egress []struct {
			To    []any
			Ports []policyPort
		}
	}
}

type policyPort struct{ Protocol, Port string }
